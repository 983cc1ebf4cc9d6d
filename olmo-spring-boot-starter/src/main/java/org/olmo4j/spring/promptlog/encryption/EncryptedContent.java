package org.olmo4j.spring.promptlog.encryption;

/**
 * A content that was encrypted, and what is needed to read it: both have to be stored, the key once.
 *
 * @param key with which it was encrypted
 * @param bytes version, nonce, ciphertext and tag; 29 bytes longer than the content
 */
public record EncryptedContent(ContentKey key, byte[] bytes) {}
