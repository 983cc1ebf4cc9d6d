package org.olmo4j.text;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.olmo4j.error.TokenizerException;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The content of a tokenizer.json (HuggingFace tokenizers, version 1.0), as far as Java needs to know it. The encoding itself is done by
 * the native library, which reads the same file. Immutable.
 */
final class TokenizerJson {

    static final String FILE_NAME = "tokenizer.json";

    /** Far above every real vocabulary; a broken id must not make us allocate gigabytes. */
    private static final int HIGHEST_ID = (1 << 22) - 1;

    private static final Set<String> MODEL_TYPES = Set.of("BPE", "WordPiece", "WordLevel", "Unigram");
    private static final String BYTE_LEVEL = "ByteLevel";
    private static final JsonMapper JSON = JsonMapper.builder().build();

    /**
     * A token beside the model's vocabulary, matched before the model sees the text.
     *
     * @param id its id
     * @param content its text
     * @param special whether it stands for structure, not text
     * @param normalized whether it is matched in normalized text
     */
    record AddedToken(int id, String content, boolean special, boolean normalized) {}

    private final ObjectNode root;
    private final String location;
    private final Map<String, Integer> ids;
    private final List<AddedToken> addedTokens;

    private TokenizerJson(ObjectNode root, String location, Map<String, Integer> ids, List<AddedToken> addedTokens) {
        this.root = root;
        this.location = location;
        this.ids = Map.copyOf(ids);
        this.addedTokens = List.copyOf(addedTokens);
    }

    /**
     * Reads a tokenizer.json.
     *
     * @param content of the file
     * @param location of the file, for messages
     * @return what it says
     * @throws TokenizerException if it is no JSON, lacks a part, or has ids that cannot be right
     */
    static TokenizerJson parse(byte[] content, String location) {
        JsonNode root;
        try {
            root = JSON.readTree(content);
        } catch (JacksonException e) {
            throw broken(location, "it is not valid JSON: " + e.getOriginalMessage(), e);
        }
        if (!(root instanceof ObjectNode object)) {
            throw broken(location, "its root is not an object", null);
        }
        List<AddedToken> addedTokens = addedTokens(object, location);
        return new TokenizerJson(object, location, ids(object, addedTokens, location), addedTokens);
    }

    /**
     * All tokens.
     *
     * @return ids by token as written in the file; added tokens included
     */
    Map<String, Integer> ids() {
        return ids;
    }

    /**
     * The added tokens.
     *
     * @return in the order of the file
     */
    List<AddedToken> addedTokens() {
        return addedTokens;
    }

    /**
     * The size of a table of all tokens.
     *
     * @return the highest id plus one
     */
    int vocabularySize() {
        return 1 + ids.values().stream().mapToInt(Integer::intValue).max().orElse(-1);
    }

    /**
     * Whether tokens are written in the {@linkplain ByteLevelAlphabet byte-level alphabet}.
     *
     * @return true if the decoder is ByteLevel and nothing else
     */
    boolean decodesByteLevel() {
        JsonNode decoder = root.path("decoder");
        JsonNode parts = decoder.path("decoders");
        if (decoder.path("type").asString("").equals("Sequence") && parts.size() == 1) {
            decoder = parts.get(0);
        }
        return decoder.path("type").asString("").equals(BYTE_LEVEL);
    }

    /**
     * Whether tokens such as {@code <0x0A>} are bytes.
     *
     * @return true if the decoder has a ByteFallback
     */
    boolean decodesByteFallback() {
        return !root.path("decoder").findValuesAsString("type").stream()
                .filter("ByteFallback"::equals)
                .toList()
                .isEmpty();
    }

    /**
     * The same tokenizer, except that no text can yield a special token. Special tokens keep their ids, which others are counted from, but
     * get names that nobody can guess.
     *
     * @return a tokenizer.json
     */
    String withUnreachableSpecialTokens() {
        ObjectNode copy = root.deepCopy();
        copy.putNull("post_processor");
        Map<String, String> renamed = new HashMap<>();
        String secret = UUID.randomUUID().toString();
        for (AddedToken token : addedTokens) {
            if (token.special()) {
                renamed.put(token.content(), secret + "-" + token.id());
            }
        }
        for (JsonNode token : copy.path("added_tokens")) {
            String name = renamed.get(token.path("content").asString());
            if (name != null
                    && token instanceof ObjectNode object
                    && object.path("special").asBoolean()) {
                object.put("content", name);
            }
        }
        if (copy.path("model") instanceof ObjectNode model) {
            renameInModel(model, renamed);
        }
        return JSON.writeValueAsString(copy);
    }

    private static void renameInModel(ObjectNode model, Map<String, String> renamed) {
        JsonNode vocabulary = model.path("vocab");
        if (vocabulary instanceof ObjectNode byToken) {
            renamed.forEach((token, name) -> {
                JsonNode id = byToken.remove(token);
                if (id != null) {
                    byToken.set(name, id);
                }
            });
        } else {
            for (JsonNode piece : vocabulary) {
                String name = renamed.get(piece.path(0).asString(""));
                if (name != null && piece instanceof ArrayNode pieceAndScore) {
                    pieceAndScore.set(0, name);
                }
            }
        }
        String unknown = renamed.get(model.path("unk_token").asString(""));
        if (unknown != null) {
            model.put("unk_token", unknown);
        }
    }

    private static List<AddedToken> addedTokens(ObjectNode root, String location) {
        List<AddedToken> tokens = new ArrayList<>();
        for (JsonNode token : root.path("added_tokens")) {
            JsonNode content = token.path("content");
            if (!content.isString() || content.asString().isEmpty()) {
                throw broken(location, "added_tokens[" + tokens.size() + "] has no content", null);
            }
            int id = id(token.path("id"), content.asString(), location);
            boolean special = token.path("special").asBoolean(false);
            tokens.add(new AddedToken(
                    id, content.asString(), special, token.path("normalized").asBoolean(!special)));
        }
        return tokens;
    }

    private static Map<String, Integer> ids(ObjectNode root, List<AddedToken> addedTokens, String location) {
        JsonNode model = root.path("model");
        JsonNode type = model.path("type");
        if (!model.isObject()) {
            throw broken(location, "it has no model", null);
        }
        if (type.isString() && !MODEL_TYPES.contains(type.asString())) {
            throw broken(location, "the model type " + type.asString() + " is not one of " + sorted(MODEL_TYPES), null);
        }
        JsonNode vocabulary = model.path("vocab");
        Map<String, Integer> ids = new HashMap<>();
        if (vocabulary.isObject()) {
            for (Map.Entry<String, JsonNode> entry : vocabulary.properties()) {
                ids.put(entry.getKey(), id(entry.getValue(), entry.getKey(), location));
            }
        } else {
            for (int id = 0; id < vocabulary.size(); id++) {
                ids.putIfAbsent(vocabulary.get(id).path(0).asString(""), id);
            }
        }
        if (ids.isEmpty()) {
            throw broken(location, "model.vocab is missing or empty", null);
        }
        for (AddedToken token : addedTokens) {
            Integer id = ids.putIfAbsent(token.content(), token.id());
            if (id != null && id != token.id()) {
                throw broken(
                        location, "the token " + token.content() + " has the ids " + id + " and " + token.id(), null);
            }
        }
        rejectSharedIds(ids, location);
        return ids;
    }

    private static void rejectSharedIds(Map<String, Integer> ids, String location) {
        Set<Integer> seen = new HashSet<>(2 * ids.size());
        for (Map.Entry<String, Integer> entry : ids.entrySet()) {
            if (!seen.add(entry.getValue())) {
                throw broken(location, "the id " + entry.getValue() + " stands for two tokens", null);
            }
        }
    }

    private static int id(JsonNode id, String token, String location) {
        if (!id.isIntegralNumber() || !id.canConvertToInt() || id.asInt() < 0 || id.asInt() > HIGHEST_ID) {
            throw broken(
                    location, "the token " + token + " has the id " + id + ", not one of 0 to " + HIGHEST_ID, null);
        }
        return id.asInt();
    }

    private static List<String> sorted(Set<String> names) {
        return names.stream().sorted().toList();
    }

    /**
     * The exception for this file.
     *
     * @param reason why it cannot be used
     * @param cause or null
     * @return to be thrown
     */
    TokenizerException broken(String reason, @Nullable Throwable cause) {
        return broken(location, reason, cause);
    }

    private static TokenizerException broken(String location, String reason, @Nullable Throwable cause) {
        return new TokenizerException(
                "Tokenizer " + FILE_NAME + " of " + location + " cannot be used: " + reason,
                "Copy or download tokenizer.json of the model again",
                cause);
    }
}
