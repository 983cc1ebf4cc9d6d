package org.olmo4j.text;

import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.olmo4j.error.TokenizerException;
import org.olmo4j.hub.ModelSource;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What tokenizer_config.json, or special_tokens_map.json for keys that it lacks, says about a tokenizer. Both are optional. Immutable.
 *
 * @param endOfText the string of {@code eos_token}
 * @param beginningOfText the string of {@code bos_token}
 * @param chatTemplate Jinja source of {@code chat_template}; of several named ones, {@code default}
 */
record TokenizerConfig(Optional<String> endOfText, Optional<String> beginningOfText, Optional<String> chatTemplate) {

    static final String FILE_NAME = "tokenizer_config.json";

    private static final String SPECIAL_TOKENS_FILE_NAME = "special_tokens_map.json";
    private static final String DEFAULT_TEMPLATE = "default";
    private static final JsonMapper JSON = JsonMapper.builder().build();

    /**
     * Reads the files of a model.
     *
     * @param source the model
     * @return what they say
     * @throws TokenizerException if one of them cannot be read or is no JSON object
     */
    static TokenizerConfig of(ModelSource source) {
        JsonNode config = read(source, FILE_NAME);
        JsonNode specialTokens = read(source, SPECIAL_TOKENS_FILE_NAME);
        return new TokenizerConfig(
                token("eos_token", config, specialTokens),
                token("bos_token", config, specialTokens),
                template(config.path("chat_template"), source));
    }

    /**
     * Reads a file of a model.
     *
     * @param source the model
     * @param fileName of the file
     * @return its content, or null if there is none
     * @throws TokenizerException if it cannot be read
     */
    static byte @Nullable [] content(ModelSource source, String fileName) {
        try (InputStream stream = source.open(fileName).orElse(null)) {
            return stream == null ? null : stream.readAllBytes();
        } catch (IOException e) {
            throw new TokenizerException(
                    "File " + fileName + " of " + source.location() + " cannot be read: " + e.getMessage(),
                    "Check that the file is complete and readable",
                    e);
        }
    }

    /**
     * Reads a JSON file of a model.
     *
     * @param source the model
     * @param fileName of the file
     * @return its root, an object, without keys if there is no such file
     * @throws TokenizerException if it cannot be read or is no JSON object
     */
    static JsonNode read(ModelSource source, String fileName) {
        byte[] content = content(source, fileName);
        if (content == null) {
            return JSON.createObjectNode();
        }
        try {
            JsonNode root = JSON.readTree(content);
            if (root.isObject()) {
                return root;
            }
            throw broken(source, fileName, "its root is not an object", null);
        } catch (JacksonException e) {
            throw broken(source, fileName, "it is not valid JSON: " + e.getOriginalMessage(), e);
        }
    }

    /** A token is a string, or an object with its string and how it is matched. */
    private static Optional<String> token(String key, JsonNode config, JsonNode specialTokens) {
        JsonNode token = config.has(key) ? config.path(key) : specialTokens.path(key);
        JsonNode content = token.isObject() ? token.path("content") : token;
        return content.isString() ? Optional.of(content.asString()) : Optional.empty();
    }

    private static Optional<String> template(JsonNode template, ModelSource source) {
        if (template.isMissingNode() || template.isNull()) {
            return Optional.empty();
        }
        if (template.isString()) {
            return Optional.of(template.asString());
        }
        for (JsonNode named : template) {
            if (named.path("name").asString("").equals(DEFAULT_TEMPLATE)
                    && named.path("template").isString()) {
                return Optional.of(named.path("template").asString());
            }
        }
        throw broken(source, FILE_NAME, "chat_template is neither a string nor a list with the name default", null);
    }

    private static TokenizerException broken(
            ModelSource source, String fileName, String reason, @Nullable Throwable cause) {
        return new TokenizerException(
                "File " + fileName + " of " + source.location() + " cannot be used: " + reason,
                "Copy or download the file again",
                cause);
    }
}
