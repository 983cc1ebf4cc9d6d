package org.olmo4j.text;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.olmo4j.error.TokenizerException;
import org.olmo4j.hash.Sha256;
import org.olmo4j.hub.ModelSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tokenizer on the native library of HuggingFace, as DJL brings it. Two native tokenizers of the same file: in one, special tokens can be
 * reached from text, in the other they cannot.
 */
final class DjlTokenizer implements Tokenizer {

    private static final Logger log = LoggerFactory.getLogger(DjlTokenizer.class);

    private final Map<String, Integer> ids;
    private final NativeTokenizer withSpecialTokens;
    private final NativeTokenizer withoutSpecialTokens;
    private final TokenBytes tokenBytes;
    private final BitSet special = new BitSet();
    private final List<String> specialTokens;
    private final List<Integer> endOfTextIds;
    private final String hash;

    private DjlTokenizer(
            TokenizerJson json,
            NativeTokenizer withSpecialTokens,
            NativeTokenizer withoutSpecialTokens,
            List<Integer> endOfTextIds,
            String hash) {
        this.ids = json.ids();
        this.withSpecialTokens = withSpecialTokens;
        this.withoutSpecialTokens = withoutSpecialTokens;
        this.tokenBytes = VocabularyBytes.of(json, withSpecialTokens);
        this.endOfTextIds = endOfTextIds;
        this.hash = hash;
        List<TokenizerJson.AddedToken> structure = json.addedTokens().stream()
                .filter(TokenizerJson.AddedToken::special)
                .toList();
        structure.forEach(token -> special.set(token.id()));
        this.specialTokens =
                structure.stream().map(TokenizerJson.AddedToken::content).toList();
    }

    static Tokenizer load(ModelSource source) {
        byte[] content = TokenizerConfig.content(source, TokenizerJson.FILE_NAME);
        if (content == null) {
            throw new TokenizerException(
                    "Model " + source.location() + " has no " + TokenizerJson.FILE_NAME,
                    "Download it beside config.json; models that only have vocab.json and merges.txt need a conversion"
                            + " first");
        }
        TokenizerJson json = TokenizerJson.parse(content, source.location());
        List<Integer> endOfTextIds = endOfTextIds(source, json);
        byte[] plainContent = json.withUnreachableSpecialTokens().getBytes(StandardCharsets.UTF_8);
        NativeTokenizer withSpecialTokens = NativeTokenizer.of(content, source.location());
        NativeTokenizer withoutSpecialTokens = null;
        boolean loaded = false;
        try {
            withoutSpecialTokens = NativeTokenizer.of(plainContent, source.location());
            checkIds(json, withSpecialTokens);
            DjlTokenizer tokenizer =
                    new DjlTokenizer(json, withSpecialTokens, withoutSpecialTokens, endOfTextIds, Sha256.hex(content));
            loaded = true;
            return tokenizer;
        } finally {
            if (!loaded) {
                withSpecialTokens.close();
                if (withoutSpecialTokens != null) {
                    withoutSpecialTokens.close();
                }
            }
        }
    }

    private static List<Integer> endOfTextIds(ModelSource source, TokenizerJson json) {
        String token = TokenizerConfig.of(source).endOfText().orElse(null);
        if (token == null) {
            return List.of();
        }
        Integer id = json.ids().get(token);
        if (id == null) {
            log.warn(
                    "eos_token {} of {} is no token of its tokenizer and will not end a text",
                    token,
                    source.location());
            return List.of();
        }
        return List.of(id);
    }

    /**
     * The native library does not read the ids of added tokens that its model lacks, it counts them: a file with a gap would give other
     * ids than it says.
     */
    private static void checkIds(TokenizerJson json, NativeTokenizer tokenizer) {
        for (TokenizerJson.AddedToken token : json.addedTokens()) {
            boolean agrees = (token.special() && !token.normalized())
                    ? Arrays.equals(tokenizer.encode(token.content()), new int[] {token.id()})
                    : !tokenizer.decode(new int[] {token.id()}, false).isEmpty();
            if (!agrees) {
                throw json.broken(
                        "the added token " + token.content() + " does not get the id " + token.id()
                                + " that the file gives it",
                        null);
            }
        }
    }

    @Override
    public int[] encode(String text) {
        return withoutSpecialTokens.encode(text);
    }

    @Override
    public int[] encodeWithSpecialTokens(String text) {
        return withSpecialTokens.encode(text);
    }

    @Override
    public String decode(int[] ids, boolean skipSpecialTokens) {
        return withSpecialTokens.decode(ids, skipSpecialTokens);
    }

    @Override
    public TokenBytes tokenBytes() {
        return tokenBytes;
    }

    @Override
    public int vocabularySize() {
        return tokenBytes.size();
    }

    @Override
    public OptionalInt idOf(String token) {
        Integer id = ids.get(token);
        return id == null ? OptionalInt.empty() : OptionalInt.of(id);
    }

    @Override
    public boolean isSpecial(int id) {
        return id >= 0 && special.get(id);
    }

    @Override
    public List<String> specialTokens() {
        return specialTokens;
    }

    @Override
    public List<Integer> endOfTextIds() {
        return endOfTextIds;
    }

    @Override
    public String hash() {
        return hash;
    }

    @Override
    public void close() {
        withSpecialTokens.close();
        withoutSpecialTokens.close();
    }
}
