package org.olmo4j.spring.promptlog.encryption;

import java.time.Instant;
import java.util.UUID;

/**
 * A data key as it is stored: useless without the master key that wrapped it. When all that were stored for a user are erased, nobody can read
 * what was encrypted with them.
 *
 * @param id names it beside what was encrypted with it
 * @param userKey whose contents it encrypts: a pseudonym of the user, or a day for contents without one
 * @param wrapped the key, encrypted
 * @param masterKeyId of the master key that wrapped it
 * @param created when it was made
 */
public record ContentKey(UUID id, String userKey, byte[] wrapped, String masterKeyId, Instant created) {}
