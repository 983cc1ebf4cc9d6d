package org.olmo4j.spec;

import java.util.Optional;
import java.util.OptionalDouble;
import org.olmo4j.json.JsonObject;
import org.olmo4j.spec.RotaryEmbedding.Scaling;

/**
 * The position encoding in its spellings: {@code rope_theta} and {@code rope_scaling}; {@code rope_parameters} for all layers; or
 * {@code rope_parameters} with an object for each layer type. In the first two, OLMo 3 scales its full-attention layers only: so the models
 * were trained, although some versions of transformers scale all or none.
 */
final class RotaryConfiguration {

    private static final String FULL = "full_attention";
    private static final String SLIDING = "sliding_attention";

    private final JsonObject config;
    private final Family family;
    private final int contextLength;

    RotaryConfiguration(JsonObject config, Family family, int contextLength) {
        this.config = config;
        this.family = family;
        this.contextLength = contextLength;
    }

    RotaryEmbedding embedding(String layerType) {
        rejectPartialRotation(config);
        OptionalDouble theta = theta(config);
        Optional<JsonObject> parameters = config.optionalObject("rope_parameters");
        Optional<JsonObject> scaling = config.optionalObject("rope_scaling");
        scaling.filter(RotaryConfiguration::isNested).ifPresent(nested -> {
            throw config.invalid(
                    "rope_scaling", "one object for all layers; objects for each layer type belong in rope_parameters");
        });
        if (parameters.isEmpty()) {
            return embedding(scaling, theta, layerType);
        }
        RotaryEmbedding embedding = fromParameters(parameters.get(), theta, layerType);
        if (scaling.isPresent()
                && !embedding(scaling, theta, layerType).scaling().equals(embedding.scaling())) {
            throw config.invalid("rope_scaling", "the same as rope_parameters, or only one of the two");
        }
        return embedding;
    }

    private RotaryEmbedding fromParameters(JsonObject parameters, OptionalDouble outerTheta, String layerType) {
        OptionalDouble theta = theta(parameters);
        if (theta.isEmpty()) {
            theta = outerTheta;
        }
        if (!isNested(parameters)) {
            requireSame(parameters, outerTheta, theta);
            return embedding(Optional.of(parameters), theta, layerType);
        }
        Optional<JsonObject> own = parameters.optionalObject(layerType);
        OptionalDouble ownTheta = own.map(RotaryConfiguration::theta).orElse(OptionalDouble.empty());
        if (ownTheta.isEmpty()) {
            ownTheta = theta;
        } else {
            requireSame(own.orElseThrow(), outerTheta, ownTheta);
        }
        return new RotaryEmbedding(
                ownTheta.orElse(defaultTheta()), own.map(this::scaling).orElseGet(Scaling.None::new));
    }

    private static boolean isNested(JsonObject parameters) {
        return parameters.has(FULL) || parameters.has(SLIDING);
    }

    private RotaryEmbedding embedding(Optional<JsonObject> parameters, OptionalDouble theta, String layerType) {
        Scaling scaling = parameters.map(this::scaling).orElseGet(Scaling.None::new);
        boolean scaled = family != Family.OLMO3 || layerType.equals(FULL);
        return new RotaryEmbedding(theta.orElse(defaultTheta()), scaled ? scaling : new Scaling.None());
    }

    private double defaultTheta() {
        return family == Family.OLMO3 ? 500_000 : 10_000;
    }

    private Scaling scaling(JsonObject parameters) {
        rejectPartialRotation(parameters);
        String type = type(parameters);
        return switch (type) {
            case "default" -> new Scaling.None();
            case "linear" -> new Scaling.Linear(factor(parameters));
            case "yarn" -> yarn(parameters);
            default ->
                throw parameters.invalid(parameters.has("rope_type") ? "rope_type" : "type", "default, linear, yarn");
        };
    }

    private String type(JsonObject parameters) {
        Optional<String> type = parameters.optionalString("rope_type");
        Optional<String> oldType = parameters.optionalString("type");
        if (type.isPresent() && oldType.isPresent() && !type.equals(oldType)) {
            throw parameters.invalid("type", "the value of rope_type, or only one of the two");
        }
        if (type.isEmpty() && oldType.isEmpty()) {
            if (parameters.has("factor")) {
                throw parameters.missing("rope_type");
            }
            return "default";
        }
        return type.or(() -> oldType).orElseThrow();
    }

    private Scaling yarn(JsonObject parameters) {
        if (!parameters.optionalBoolean("truncate").orElse(true)) {
            throw parameters.invalid("truncate", "true");
        }
        for (String key : new String[] {"mscale", "mscale_all_dim"}) {
            if (parameters.has(key)) {
                throw parameters.invalid(key, "null: give attention_factor instead");
            }
        }
        double betaFast = positive(parameters, "beta_fast").orElse(32);
        double betaSlow = positive(parameters, "beta_slow").orElse(1);
        if (betaSlow > betaFast) {
            throw parameters.invalid(
                    parameters.has("beta_slow") ? "beta_slow" : "beta_fast",
                    "beta_slow at most beta_fast; they are " + betaSlow + " and " + betaFast);
        }
        return new Scaling.Yarn(
                factor(parameters),
                parameters
                        .optionalInteger("original_max_position_embeddings", 1, Limits.CONTEXT)
                        .orElse(contextLength),
                positive(parameters, "attention_factor"),
                betaFast,
                betaSlow);
    }

    private static double factor(JsonObject parameters) {
        return parameters
                .optionalNumber("factor", value -> value >= 1 && value <= 1e6, "1 to 1e6")
                .orElseThrow(() -> parameters.missing("factor"));
    }

    private static OptionalDouble positive(JsonObject parameters, String key) {
        return parameters.optionalNumber(key, value -> value > 0 && value <= 1e6, "over 0 and at most 1e6");
    }

    private static OptionalDouble theta(JsonObject object) {
        return object.optionalNumber("rope_theta", value -> value > 1 && value <= 1e12, "over 1 and at most 1e12");
    }

    private static void requireSame(JsonObject parameters, OptionalDouble outer, OptionalDouble inner) {
        if (outer.isPresent() && outer.getAsDouble() != inner.orElse(Double.NaN)) {
            throw parameters.invalid(
                    "rope_theta", "the rope_theta beside rope_parameters, which is " + outer.getAsDouble());
        }
    }

    private static void rejectPartialRotation(JsonObject object) {
        object.optionalNumber("partial_rotary_factor", value -> value == 1, "1: OLMo rotates the whole head");
    }
}
