package org.olmo4j.spring.promptlog.encryption;

import java.time.Instant;
import java.util.UUID;

/**
 * A key by which the contents of one user are encrypted, itself encrypted by a master key.
 *
 * @param id of the key
 * @param userKey what stands for the user
 * @param wrapped the key, encrypted
 * @param masterKeyId by which it is
 * @param created when
 */
public record ContentKey(UUID id, String userKey, byte[] wrapped, String masterKeyId, Instant created) {}
