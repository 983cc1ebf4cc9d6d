package org.olmo4j.spec;

import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.olmo4j.json.JsonObject;
import org.olmo4j.spec.LayerSpec.Attention;

/**
 * config.json of the first releases of allenai/OLMo (package {@code hf_olmo}), whose keys are those of the training code. That code's
 * defaults are not the published models' values, so the keys that choose the architecture must be there.
 */
final class OriginalConfiguration {

    private final JsonObject config;

    OriginalConfiguration(JsonObject config) {
        this.config = config;
    }

    OlmoSpec spec() {
        rejectUnsupportedValues();
        int hiddenSize = config.integer("d_model", 1, Limits.HIDDEN);
        int heads = config.integer("n_heads", 1, Limits.HEADS);
        if (hiddenSize % heads != 0) {
            throw config.invalid("n_heads", "a divisor of d_model, which is " + hiddenSize);
        }
        int headSize = hiddenSize / heads;
        if (headSize % 2 != 0 || headSize > Limits.HEAD_SIZE) {
            throw config.invalid(
                    "n_heads",
                    "a head size that is even and at most " + Limits.HEAD_SIZE + "; it would be " + headSize);
        }
        LayerSpec layer =
                new LayerSpec(new Attention.Full(), new RotaryEmbedding(theta(), new RotaryEmbedding.Scaling.None()));
        return new OlmoSpec(
                Family.OLMO,
                TensorLayout.ORIGINAL,
                vocabularySize(),
                hiddenSize,
                heads,
                keyValueHeads(heads),
                headSize,
                config.integer("max_sequence_length", 1, Limits.CONTEXT),
                new Normalization.NonParametricLayerNorm((float)
                        config.optionalNumber("layer_norm_eps", value -> value >= 1e-12 && value <= 0.1, "1e-12 to 0.1")
                                .orElse(1e-5)),
                NormPlacement.BEFORE_BRANCH,
                false,
                config.optionalNumber("clip_qkv", Limits::clips, Limits.CLIP_RANGE),
                false,
                new FeedForward.Dense(intermediateSize(hiddenSize)),
                config.optionalBoolean("weight_tying").orElseThrow(() -> config.missing("weight_tying")),
                Collections.nCopies(config.integer("n_layers", 1, Limits.LAYERS), layer),
                config.integers("eos_token_id", 0, Integer.MAX_VALUE));
    }

    private void rejectUnsupportedValues() {
        require("rope", true);
        require("include_bias", false);
        require("layer_norm_with_affine", false);
        for (String key : new String[] {
            "alibi", "attention_layer_norm", "bias_for_layer_norm", "scale_logits", "norm_after", "embedding_layer_norm"
        }) {
            if (config.optionalBoolean(key).orElse(false)) {
                throw config.invalid(key, "false");
            }
        }
        requireOneOf("activation_type", "swiglu");
        requireOneOf("block_type", "sequential");
        requireOneOf("layer_norm_type", "default", "low_precision");
        if (config.optionalInteger("block_group_size", 1, Limits.LAYERS).orElse(1) != 1) {
            throw config.invalid("block_group_size", "1");
        }
    }

    private void require(String key, boolean value) {
        if (config.optionalBoolean(key).orElseThrow(() -> config.missing(key)) != value) {
            throw config.invalid(key, String.valueOf(value));
        }
    }

    private void requireOneOf(String key, String... values) {
        Optional<String> value = config.optionalString(key);
        if (value.isPresent() && !List.of(values).contains(value.get())) {
            throw config.invalid(key, String.join(", ", values));
        }
    }

    /** The embedding has more rows than there are tokens, for the sake of its shape. */
    private int vocabularySize() {
        int tokens = config.integer("vocab_size", 1, Limits.VOCABULARY);
        return config.optionalInteger("embedding_size", tokens, Limits.VOCABULARY)
                .orElse(tokens);
    }

    private int keyValueHeads(int heads) {
        Optional<Boolean> multiQuery = config.optionalBoolean("multi_query_attention");
        OptionalInt given = config.optionalInteger("n_kv_heads", 1, heads);
        if (given.isEmpty()) {
            return multiQuery.orElse(false) ? 1 : heads;
        }
        int keyValueHeads = given.getAsInt();
        if (heads % keyValueHeads != 0) {
            throw config.invalid("n_kv_heads", "a divisor of n_heads, which is " + heads);
        }
        if (multiQuery.isPresent() && keyValueHeads != (multiQuery.get() ? 1 : heads)) {
            throw config.invalid(
                    "n_kv_heads",
                    "null, or what multi_query_attention = " + multiQuery.get() + " means: "
                            + (multiQuery.get() ? 1 : heads));
        }
        return keyValueHeads;
    }

    /** The training code counts gate and up together. */
    private int intermediateSize(int hiddenSize) {
        OptionalInt given = config.optionalInteger("mlp_hidden_size", 2, 2 * Limits.INTERMEDIATE);
        if (given.isPresent() && given.getAsInt() % 2 != 0) {
            throw config.invalid("mlp_hidden_size", "an even number: gate and up together");
        }
        int ratio = config.optionalInteger("mlp_ratio", 1, 64).orElse(4);
        return given.orElse(ratio * hiddenSize) / 2;
    }

    private double theta() {
        return config.optionalNumber("rope_theta", value -> value > 1 && value <= 1e12, "over 1 and at most 1e12")
                .orElse(10_000);
    }
}
