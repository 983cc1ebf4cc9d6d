package org.olmo4j.text;

/**
 * The bytes that each token adds to a text: one table for streaming, stop strings and masks, so that none of them calls the tokenizer for
 * each token. Immutable; thread-safe.
 */
public interface TokenBytes {

    /**
     * Number of entries.
     *
     * @return the tokenizer's vocabulary size
     */
    int size();

    /**
     * The bytes of a token in the middle of a text.
     *
     * @param id token id; ids outside the table and special tokens have no bytes
     * @return UTF-8, possibly a part of a character; do not modify
     */
    byte[] bytes(int id);

    /**
     * The bytes of a token that starts a text. They differ from {@link #bytes} for tokenizers that write a space between words, and are the
     * same for all byte-level tokenizers, such as those of OLMo.
     *
     * @param id token id; ids outside the table and special tokens have no bytes
     * @return UTF-8, possibly a part of a character; do not modify
     */
    default byte[] leadingBytes(int id) {
        return bytes(id);
    }
}
