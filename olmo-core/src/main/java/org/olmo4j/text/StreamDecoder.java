package org.olmo4j.text;

/**
 * Decodes a growing sequence of tokens without ever showing half a character: bytes are held back until the character is complete. The
 * pieces joined equal {@link Tokenizer#decode} of all ids with special tokens skipped. Not thread-safe; one for each generation.
 */
public final class StreamDecoder {

    private final TokenBytes tokenBytes;
    private final Utf8Decoder utf8 = new Utf8Decoder();
    private boolean atStart = true;

    /**
     * Starts with no tokens.
     *
     * @param tokenizer whose ids will come
     */
    public StreamDecoder(Tokenizer tokenizer) {
        this.tokenBytes = tokenizer.tokenBytes();
    }

    /**
     * Adds a token.
     *
     * @param id token id; special tokens and ids without a token add nothing
     * @return the text that became certain, possibly empty
     */
    public String append(int id) {
        if (tokenBytes.bytes(id).length == 0) {
            return "";
        }
        byte[] bytes = atStart ? tokenBytes.leadingBytes(id) : tokenBytes.bytes(id);
        atStart = false;
        StringBuilder text = new StringBuilder(bytes.length);
        utf8.decode(bytes, text);
        return text.toString();
    }

    /**
     * Ends the text: an incomplete character becomes U+FFFD.
     *
     * @return the rest, possibly empty
     */
    public String finish() {
        StringBuilder text = new StringBuilder(1);
        utf8.finish(text);
        return text.toString();
    }
}
