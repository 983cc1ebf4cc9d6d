package org.olmo4j.benchmark.model;

import java.nio.charset.StandardCharsets;
import org.olmo4j.checkpoint.TensorType;
import org.olmo4j.spec.OlmoSpec;
import org.olmo4j.spec.OlmoSpecReader;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * A config.json, and what it says.
 *
 * @param json its content, without a type of weights
 * @param spec the model
 */
record ModelConfiguration(String json, OlmoSpec spec) {

    private static final JsonMapper MAPPER = JsonMapper.builder().build();
    private static final String CONTEXT_LENGTH = "max_position_embeddings";
    private static final String WEIGHT_TYPE = "torch_dtype";

    /**
     * Reads a configuration in the keys of HuggingFace transformers.
     *
     * @param json content of config.json
     * @param name what to call it in messages
     */
    static ModelConfiguration parse(byte[] json, String name) {
        OlmoSpec spec = OlmoSpecReader.read(json, name);
        ObjectNode node = (ObjectNode) MAPPER.readTree(json);
        node.remove(WEIGHT_TYPE);
        node.remove("dtype");
        return new ModelConfiguration(MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(node), spec);
    }

    /**
     * The same model with room for longer sequences, which costs nothing where they are not used. Rotary frequencies do not depend on it.
     *
     * @param tokens at least this many
     */
    ModelConfiguration withContext(int tokens) {
        if (spec.contextLength() >= tokens) {
            return this;
        }
        ObjectNode node = (ObjectNode) MAPPER.readTree(json);
        node.put(CONTEXT_LENGTH, tokens);
        return parse(MAPPER.writeValueAsBytes(node), CONTEXT_LENGTH);
    }

    /** The content of config.json for weights of a type. */
    byte[] bytes(TensorType type) {
        ObjectNode node = (ObjectNode) MAPPER.readTree(json);
        node.put(
                WEIGHT_TYPE,
                switch (type) {
                    case F32 -> "float32";
                    case F16 -> "float16";
                    case BF16 -> "bfloat16";
                });
        return (MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(node) + "\n")
                .getBytes(StandardCharsets.UTF_8);
    }
}
