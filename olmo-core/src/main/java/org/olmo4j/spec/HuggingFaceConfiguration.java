package org.olmo4j.spec;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import org.olmo4j.error.ModelFormatException;
import org.olmo4j.json.JsonObject;
import org.olmo4j.spec.LayerSpec.Attention;

/**
 * config.json as transformers writes it. The five sizes that define the network must be there; other absent keys have transformers'
 * defaults.
 */
final class HuggingFaceConfiguration {

    private static final String FULL = "full_attention";
    private static final String SLIDING = "sliding_attention";

    /** transformers computes OLMo 1's norm with this epsilon, whatever {@code rms_norm_eps} says. */
    private static final float LAYER_NORM_EPSILON = 1e-5f;

    private final JsonObject config;
    private final Family family;

    HuggingFaceConfiguration(JsonObject config, Family family) {
        this.config = config;
        this.family = family;
    }

    OlmoSpec spec() {
        rejectUnsupportedValues();
        int hiddenSize = config.integer("hidden_size", 1, Limits.HIDDEN);
        int heads = config.integer("num_attention_heads", 1, Limits.HEADS);
        int headSize = headSize(hiddenSize, heads);
        int keyValueHeads =
                config.optionalInteger("num_key_value_heads", 1, heads).orElse(heads);
        if (heads % keyValueHeads != 0) {
            throw config.invalid("num_key_value_heads", "a divisor of num_attention_heads, which is " + heads);
        }
        int context = config.optionalInteger("max_position_embeddings", 1, Limits.CONTEXT)
                .orElse(family == Family.OLMOE ? 4096 : 2048);
        int layers = config.integer("num_hidden_layers", 1, Limits.LAYERS);
        boolean rmsNorm = family != Family.OLMO;
        return new OlmoSpec(
                family,
                TensorLayout.HUGGING_FACE,
                config.integer("vocab_size", 1, Limits.VOCABULARY),
                hiddenSize,
                heads,
                keyValueHeads,
                headSize,
                context,
                rmsNorm
                        ? new Normalization.RmsNorm(rmsNormEpsilon())
                        : new Normalization.NonParametricLayerNorm(LAYER_NORM_EPSILON),
                family == Family.OLMO2 || family == Family.OLMO3
                        ? NormPlacement.ON_BRANCH_OUTPUT
                        : NormPlacement.BEFORE_BRANCH,
                rmsNorm,
                clip(),
                config.optionalBoolean("attention_bias").orElse(false),
                feedForward(layers),
                config.optionalBoolean("tie_word_embeddings").orElse(false),
                layers(layers, context),
                config.integers("eos_token_id", 0, Integer.MAX_VALUE));
    }

    private void rejectUnsupportedValues() {
        if (!config.optionalString("hidden_act").orElse("silu").equals("silu")) {
            throw config.invalid("hidden_act", "\"silu\"");
        }
        // The tensors say their own type; these keys are only held to be strings.
        config.optionalString("torch_dtype");
        config.optionalString("dtype");
    }

    private int headSize(int hiddenSize, int heads) {
        OptionalInt given = config.optionalInteger("head_dim", 2, Limits.HEAD_SIZE);
        if (given.isEmpty() && hiddenSize % heads != 0) {
            throw config.invalid("num_attention_heads", "a divisor of hidden_size, which is " + hiddenSize);
        }
        int headSize = given.orElse(hiddenSize / heads);
        if (headSize % 2 != 0 || headSize > Limits.HEAD_SIZE) {
            throw config.invalid(
                    given.isPresent() ? "head_dim" : "num_attention_heads",
                    "a head size that is even and at most " + Limits.HEAD_SIZE + "; it would be " + headSize);
        }
        return headSize;
    }

    private float rmsNormEpsilon() {
        return (float) config.optionalNumber("rms_norm_eps", value -> value >= 1e-12 && value <= 0.1, "1e-12 to 0.1")
                .orElse(1e-5);
    }

    private OptionalDouble clip() {
        if (family == Family.OLMO2 || family == Family.OLMO3) {
            if (config.has("clip_qkv")) {
                throw config.invalid("clip_qkv", "null: this family does not clip");
            }
            return OptionalDouble.empty();
        }
        return config.optionalNumber("clip_qkv", Limits::clips, Limits.CLIP_RANGE);
    }

    private FeedForward feedForward(int layers) {
        int intermediateSize = config.integer("intermediate_size", 1, Limits.INTERMEDIATE);
        if (family != Family.OLMOE) {
            return new FeedForward.Dense(intermediateSize);
        }
        int experts = experts();
        if ((long) experts * layers > Limits.EXPERTS_OF_ALL_LAYERS) {
            throw config.invalid(
                    "num_experts",
                    "at most " + Limits.EXPERTS_OF_ALL_LAYERS + " experts in all " + layers + " layers together");
        }
        int expertsPerToken =
                config.optionalInteger("num_experts_per_tok", 1, experts).orElseGet(() -> Math.min(8, experts));
        return new FeedForward.MixtureOfExperts(
                intermediateSize,
                experts,
                expertsPerToken,
                config.optionalBoolean("norm_topk_prob").orElse(false));
    }

    private int experts() {
        OptionalInt experts = config.optionalInteger("num_experts", 1, Limits.EXPERTS);
        OptionalInt local = config.optionalInteger("num_local_experts", 1, Limits.EXPERTS);
        if (experts.isPresent() && local.isPresent() && experts.getAsInt() != local.getAsInt()) {
            throw config.invalid("num_local_experts", "the value of num_experts, which is " + experts.getAsInt());
        }
        return experts.orElse(local.orElse(64));
    }

    private List<LayerSpec> layers(int count, int context) {
        List<String> types = layerTypes(count);
        RotaryConfiguration rotary = new RotaryConfiguration(config, family, context);
        LayerSpec full = new LayerSpec(new Attention.Full(), rotary.embedding(FULL));
        if (!types.contains(SLIDING)) {
            return types.stream().map(type -> full).toList();
        }
        LayerSpec sliding = new LayerSpec(new Attention.SlidingWindow(slidingWindow()), rotary.embedding(SLIDING));
        return types.stream().map(type -> type.equals(SLIDING) ? sliding : full).toList();
    }

    private int slidingWindow() {
        if (config.isNull("sliding_window")) {
            throw new ModelFormatException(
                    config.file() + ": sliding_window is null, but there are layers of type " + SLIDING,
                    "Allowed: the window in tokens");
        }
        return config.optionalInteger("sliding_window", 1, Limits.CONTEXT).orElse(4096);
    }

    private List<String> layerTypes(int count) {
        List<String> types = config.optionalStrings("layer_types").orElseGet(() -> defaultLayerTypes(count));
        if (types.size() != count) {
            throw config.invalid("layer_types", "one entry for each of the " + count + " layers of num_hidden_layers");
        }
        for (String type : types) {
            if (!type.equals(FULL) && !(type.equals(SLIDING) && family == Family.OLMO3)) {
                throw new ModelFormatException(
                        config.file() + ": layer_types contains \"" + type + "\"",
                        "Allowed: " + FULL + (family == Family.OLMO3 ? ", " + SLIDING : ""));
            }
        }
        return types;
    }

    private List<String> defaultLayerTypes(int count) {
        List<String> types = new ArrayList<>();
        for (int layer = 0; layer < count; layer++) {
            types.add(family == Family.OLMO3 && (layer + 1) % 4 != 0 ? SLIDING : FULL);
        }
        return types;
    }
}
