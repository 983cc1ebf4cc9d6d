package org.olmo4j.text;

/**
 * Decodes a growing sequence of tokens without ever showing half a character: bytes are held back until the character is complete. The
 * pieces joined equal {@link Tokenizer#decode} of all ids with special tokens skipped. Not thread-safe; one for each generation.
 */
public interface StreamDecoder {

    /**
     * Adds a token.
     *
     * @param id token id
     * @return the text that became certain, possibly empty
     */
    String append(int id);

    /**
     * Ends the text: incomplete bytes become U+FFFD.
     *
     * @return the rest, possibly empty
     */
    String finish();
}
