package org.olmo4j.checkpoint;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.olmo4j.hub.ModelSource;

/**
 * Tiny checkpoints of every family. Their names and shapes are written out here as the releases have them, not taken from the code under
 * test. Hidden size 8, two heads of size 4, one key/value head where grouped, intermediate size 12, vocabulary 10, one layer.
 */
final class TinyModel {

    private static final String SIZES = """
        "hidden_size":8,"intermediate_size":12,"num_attention_heads":2,"num_hidden_layers":1,"vocab_size":10,
        "max_position_embeddings":32,"eos_token_id":7\
        """;

    private String config;
    private final Map<String, int[]> shapes = new LinkedHashMap<>();
    private final Map<String, String> types = new LinkedHashMap<>();

    private TinyModel(String config) {
        this.config = config;
    }

    static TinyModel olmo() {
        return new TinyModel("{\"model_type\":\"olmo\"," + SIZES + "}")
                .with("model.embed_tokens.weight", 10, 8)
                .with("lm_head.weight", 10, 8)
                .withAttention(8)
                .withFeedForward("model.layers.0.mlp.");
    }

    static TinyModel olmoTied() {
        return olmo().configured("\"vocab_size\":10", "\"vocab_size\":10,\"tie_word_embeddings\":true")
                .without("lm_head.weight");
    }

    static TinyModel olmo2Grouped() {
        return new TinyModel("{\"model_type\":\"olmo2\",\"num_key_value_heads\":1," + SIZES + "}")
                .with("model.embed_tokens.weight", 10, 8)
                .with("lm_head.weight", 10, 8)
                .with("model.norm.weight", 8)
                .withAttention(4)
                .with("model.layers.0.self_attn.q_norm.weight", 8)
                .with("model.layers.0.self_attn.k_norm.weight", 4)
                .withFeedForward("model.layers.0.mlp.")
                .with("model.layers.0.post_attention_layernorm.weight", 8)
                .with("model.layers.0.post_feedforward_layernorm.weight", 8);
    }

    static TinyModel olmoe() {
        TinyModel model = new TinyModel(
                        "{\"model_type\":\"olmoe\",\"num_experts\":3,\"num_experts_per_tok\":2," + SIZES + "}")
                .with("model.embed_tokens.weight", 10, 8)
                .with("lm_head.weight", 10, 8)
                .with("model.norm.weight", 8)
                .withAttention(8)
                .with("model.layers.0.self_attn.q_norm.weight", 8)
                .with("model.layers.0.self_attn.k_norm.weight", 8)
                .with("model.layers.0.mlp.gate.weight", 3, 8)
                .with("model.layers.0.input_layernorm.weight", 8)
                .with("model.layers.0.post_attention_layernorm.weight", 8);
        for (int expert = 0; expert < 3; expert++) {
            model.withFeedForward("model.layers.0.mlp.experts." + expert + ".");
        }
        return model;
    }

    /** With the given prefix; one key/value head, so that the parts of att_proj differ in height. */
    static TinyModel original(String prefix) {
        return new TinyModel("""
            {"model_type":"hf_olmo","d_model":8,"n_heads":2,"n_layers":1,"mlp_hidden_size":24,
            "vocab_size":9,"embedding_size":10,"max_sequence_length":32,"weight_tying":false,"rope":true,
            "include_bias":false,"layer_norm_with_affine":false,"multi_query_attention":true}\
            """)
                .with(prefix + "wte.weight", 10, 8)
                .with(prefix + "ff_out.weight", 10, 8)
                .with(prefix + "blocks.0.att_proj.weight", 16, 8)
                .with(prefix + "blocks.0.attn_out.weight", 8, 8)
                .with(prefix + "blocks.0.ff_proj.weight", 24, 8)
                .with(prefix + "blocks.0.ff_out.weight", 8, 12);
    }

    TinyModel withBiases() {
        return configured("\"vocab_size\":10", "\"vocab_size\":10,\"attention_bias\":true")
                .with("model.layers.0.self_attn.q_proj.bias", 8)
                .with("model.layers.0.self_attn.k_proj.bias", 4)
                .with("model.layers.0.self_attn.v_proj.bias", 4)
                .with("model.layers.0.self_attn.o_proj.bias", 8);
    }

    private TinyModel withAttention(int keyValueWidth) {
        return with("model.layers.0.self_attn.q_proj.weight", 8, 8)
                .with("model.layers.0.self_attn.k_proj.weight", keyValueWidth, 8)
                .with("model.layers.0.self_attn.v_proj.weight", keyValueWidth, 8)
                .with("model.layers.0.self_attn.o_proj.weight", 8, 8);
    }

    private TinyModel withFeedForward(String prefix) {
        return with(prefix + "gate_proj.weight", 12, 8)
                .with(prefix + "up_proj.weight", 12, 8)
                .with(prefix + "down_proj.weight", 8, 12);
    }

    TinyModel with(String tensor, int... shape) {
        shapes.put(tensor, shape);
        return this;
    }

    TinyModel typed(String tensor, String type) {
        types.put(tensor, type);
        return this;
    }

    TinyModel without(String tensor) {
        if (shapes.remove(tensor) == null) {
            throw new IllegalArgumentException(tensor);
        }
        return this;
    }

    TinyModel configured(String old, String now) {
        if (!config.contains(old)) {
            throw new IllegalArgumentException(old);
        }
        config = config.replace(old, now);
        return this;
    }

    Map<String, int[]> shapes() {
        return shapes;
    }

    String config() {
        return config;
    }

    SafetensorsWriter weights() {
        SafetensorsWriter writer = new SafetensorsWriter(1);
        shapes.forEach((tensor, shape) -> writer.add(tensor, types.getOrDefault(tensor, "F32"), shape));
        return writer;
    }

    /** Writes config.json and model.safetensors. */
    ModelSource in(Path folder) {
        try {
            Files.writeString(folder.resolve("config.json"), config);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
        weights().write(folder.resolve("model.safetensors"));
        return ModelSource.of(folder.toString());
    }

    /** Writes config.json, two shards of alternate tensors, and their index with a total size. */
    ModelSource shardedIn(Path folder) {
        SafetensorsWriter[] writers = {new SafetensorsWriter(1), new SafetensorsWriter(2)};
        StringBuilder map = new StringBuilder();
        int number = 0;
        for (Map.Entry<String, int[]> tensor : shapes.entrySet()) {
            int shard = number++ % 2;
            writers[shard].add(tensor.getKey(), "F32", tensor.getValue());
            map.append(map.isEmpty() ? "" : ",").append("\"%s\":\"%s\"".formatted(tensor.getKey(), shard(shard)));
        }
        try {
            Files.writeString(folder.resolve("config.json"), config);
            Files.writeString(
                    folder.resolve("model.safetensors.index.json"),
                    "{\"metadata\":{\"total_size\":%d},\"weight_map\":{%s}}"
                            .formatted(writers[0].dataBytes() + writers[1].dataBytes(), map));
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
        for (int shard = 0; shard < 2; shard++) {
            writers[shard].write(folder.resolve(shard(shard)));
        }
        return ModelSource.of(folder.toString());
    }

    /** One file with the tensors that {@link #shardedIn} writes, byte for byte, in the reverse order. */
    SafetensorsWriter mergedWeights() {
        Random[] random = {new Random(1), new Random(2)};
        Map<String, byte[]> contents = new LinkedHashMap<>();
        int number = 0;
        for (Map.Entry<String, int[]> tensor : shapes.entrySet()) {
            byte[] content = new byte[Arrays.stream(tensor.getValue()).reduce(Float.BYTES, (a, b) -> a * b)];
            random[number++ % 2].nextBytes(content);
            contents.put(tensor.getKey(), content);
        }
        SafetensorsWriter writer = new SafetensorsWriter(0);
        List<String> names = new ArrayList<>(shapes.keySet());
        for (String name : names.reversed()) {
            writer.add(name, "F32", contents.get(name), shapes.get(name));
        }
        return writer;
    }

    static String shard(int number) {
        return "model-0000" + (number + 1) + "-of-00002.safetensors";
    }
}
