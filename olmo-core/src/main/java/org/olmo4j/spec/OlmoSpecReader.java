package org.olmo4j.spec;

import java.util.Map;
import org.olmo4j.error.ModelFormatException;
import org.olmo4j.json.JsonObject;

/**
 * Reads config.json: that of HuggingFace transformers in old and new spelling ({@code rope_scaling} or {@code rope_parameters}), and that
 * of the first releases of allenai/OLMo ({@code d_model}, {@code n_heads}, ...). Keys that do not change the forward pass are ignored; a
 * value that this library cannot honour is an error, never a guess.
 */
public final class OlmoSpecReader {

    private static final String MODEL_TYPE = "model_type";
    private static final String KNOWN_TYPES = "olmo, hf_olmo, olmo2 (olmo_1124), olmo3, olmoe";

    private static final Map<String, Family> FAMILIES = Map.of(
            "olmo", Family.OLMO,
            "hf_olmo", Family.OLMO,
            "olmo2", Family.OLMO2,
            "olmo_1124", Family.OLMO2,
            "olmo3", Family.OLMO3,
            "olmoe", Family.OLMOE);

    /** Relatives of OLMo with layers that the forward pass does not have. */
    private static final Map<String, String> UNSUPPORTED = Map.of(
            "flex_olmo", "FlexOlmo (a mixture of separately trained experts)",
            "olmo_hybrid", "Olmo Hybrid (linear attention layers)");

    private OlmoSpecReader() {}

    /**
     * Reads a configuration.
     *
     * @param json content of config.json, UTF-8
     * @param file what to call it in messages, such as its path
     * @return the spec
     * @throws ModelFormatException if it is broken, contradicts itself, or describes a model that this library cannot run; the message
     *     names file, key, value and what is allowed
     */
    public static OlmoSpec read(byte[] json, String file) {
        JsonObject config = JsonObject.parse(json, file);
        String modelType = config.optionalString(MODEL_TYPE).orElseThrow(() -> config.missing(MODEL_TYPE));
        if (UNSUPPORTED.containsKey(modelType)) {
            throw new ModelFormatException(
                    file + ": " + MODEL_TYPE + " is \"" + modelType + "\": " + UNSUPPORTED.get(modelType)
                            + " is not supported",
                    "Supported: " + KNOWN_TYPES);
        }
        Family family = FAMILIES.get(modelType);
        if (family == null) {
            throw config.invalid(MODEL_TYPE, KNOWN_TYPES);
        }
        if (config.has("quantization_config")) {
            throw config.invalid("quantization_config", "none: only F32, F16 and BF16 weights are read");
        }
        // Early revisions of allenai/OLMo-7B say "olmo" and use the original keys.
        boolean original = modelType.equals("hf_olmo") || (family == Family.OLMO && config.has("d_model"));
        if (!original) {
            return new HuggingFaceConfiguration(config, family).spec();
        }
        if (config.has("hidden_size")) {
            throw config.invalid(
                    "hidden_size", "either the original keys (d_model, ...) or those of transformers, not both");
        }
        return new OriginalConfiguration(config).spec();
    }
}
