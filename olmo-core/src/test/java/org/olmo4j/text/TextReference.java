package org.olmo4j.text;

import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The tokenizers of OLMo, and what the original implementation (HuggingFace tokenizers and transformers) makes of texts. The files are too
 * large to be kept here: the environment variable OLMO_REFERENCE_DIR says where they are.
 */
final class TextReference {

    static final Map<String, String> TOKENIZERS = Map.of(
            "gpt-neox-olmo-dolma-v1_5", "allenai_gpt-neox-olmo-dolma-v1_5.json", "dolma2", "allenai_dolma2.json");

    private static final Map<String, Tokenizer> LOADED = new ConcurrentHashMap<>();

    private TextReference() {}

    static Set<String> tokenizerNames() {
        return TOKENIZERS.keySet();
    }

    static Tokenizer tokenizer(String name) {
        return LOADED.computeIfAbsent(name, n -> Tokenizer.load(source(n, "reference/" + n)));
    }

    /** The tokenizer as in a model's folder, with the special tokens that released models name. */
    static FileModelSource source(String tokenizerName, String location) {
        String bos = tokenizerName.equals("dolma2") ? "\"bos_token\": \"<|endoftext|>\", " : "";
        return FileModelSource.named(location)
                .with("tokenizer.json", bytes("tokenizers/" + TOKENIZERS.get(tokenizerName)))
                .with("tokenizer_config.json", "{" + bos + "\"eos_token\": \"<|endoftext|>\"}");
    }

    static JsonNode json(String name) {
        return JsonMapper.shared().readTree(bytes("text/" + name));
    }

    static int[] ints(JsonNode ids) {
        return ids.valueStream().mapToInt(JsonNode::asInt).toArray();
    }

    private static byte[] bytes(String name) {
        String folder = System.getenv("OLMO_REFERENCE_DIR");
        assumeThat(folder)
                .as("OLMO_REFERENCE_DIR names the folder of reference data")
                .isNotNull();
        try {
            return Files.readAllBytes(Path.of(folder).resolve(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
