package org.olmo4j.text;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The table of {@link TokenBytes}, made when a tokenizer is loaded. */
final class VocabularyBytes implements TokenBytes {

    private static final byte[] NONE = {};
    private static final Pattern BYTE_TOKEN = Pattern.compile("<0x([0-9A-F]{2})>");
    private static final Pattern PLAIN_WORD = Pattern.compile("[A-Za-z]+");

    private final byte[][] inside;
    private final byte[][] leading;

    private VocabularyBytes(byte[][] inside, byte[][] leading) {
        this.inside = inside;
        this.leading = leading;
    }

    /**
     * Makes the table of a tokenizer.
     *
     * @param json its content
     * @param decoder decodes ids for decoders that are not known here
     * @return the table
     */
    static TokenBytes of(TokenizerJson json, NativeTokenizer decoder) {
        byte[][] inside = new byte[json.vocabularySize()][];
        byte[][] leading;
        if (json.decodesByteLevel()) {
            json.ids().forEach((token, id) -> inside[id] = ByteLevelAlphabet.bytes(token));
            leading = inside;
        } else {
            leading = new byte[inside.length][];
            decodeEach(json, decoder, inside, leading);
        }
        for (TokenizerJson.AddedToken token : json.addedTokens()) {
            if (token.special()) {
                inside[token.id()] = NONE;
                leading[token.id()] = NONE;
            }
        }
        return new VocabularyBytes(inside, leading);
    }

    /**
     * What a token adds is what it adds to the text of an anchor before it; decoders that treat the first token in another way are
     * served too.
     */
    private static void decodeEach(TokenizerJson json, NativeTokenizer decoder, byte[][] inside, byte[][] leading) {
        int anchor = anchor(json, decoder);
        String anchorText = decoder.decode(new int[] {anchor}, false);
        boolean byteFallback = json.decodesByteFallback();
        for (Map.Entry<String, Integer> entry : json.ids().entrySet()) {
            int id = entry.getValue();
            Matcher byteToken = BYTE_TOKEN.matcher(entry.getKey());
            if (byteFallback && byteToken.matches()) {
                inside[id] = new byte[] {(byte) Integer.parseInt(byteToken.group(1), 16)};
                leading[id] = inside[id];
                continue;
            }
            String text = decoder.decode(new int[] {anchor, id}, false);
            if (!text.startsWith(anchorText)) {
                throw json.broken(
                        "its decoder changes the text of earlier tokens when the token " + entry.getKey()
                                + " follows, so that text cannot be streamed",
                        null);
            }
            inside[id] = text.substring(anchorText.length()).getBytes(StandardCharsets.UTF_8);
            leading[id] = decoder.decode(new int[] {id}, false).getBytes(StandardCharsets.UTF_8);
        }
    }

    /** An ordinary token with a text of plain letters: decoders have no exceptions for these. */
    private static int anchor(TokenizerJson json, NativeTokenizer decoder) {
        return json.ids().values().stream()
                .sorted()
                .filter(id ->
                        PLAIN_WORD.matcher(decoder.decode(new int[] {id}, true)).matches())
                .findFirst()
                .orElseThrow(() -> json.broken("no token is a word of plain letters", null));
    }

    @Override
    public int size() {
        return inside.length;
    }

    @Override
    public byte[] bytes(int id) {
        return of(inside, id);
    }

    @Override
    public byte[] leadingBytes(int id) {
        return of(leading, id);
    }

    private static byte[] of(byte[][] table, int id) {
        byte[] bytes = id >= 0 && id < table.length ? table[id] : null;
        return bytes == null ? NONE : bytes;
    }
}
