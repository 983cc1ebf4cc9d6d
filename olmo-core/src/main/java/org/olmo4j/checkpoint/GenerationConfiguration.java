package org.olmo4j.checkpoint;

import java.util.OptionalInt;
import org.olmo4j.json.JsonObject;

/** Reads generation_config.json. Keys that this library does not honour are ignored; those it does must make sense. */
final class GenerationConfiguration {

    private GenerationConfiguration() {}

    static GenerationDefaults read(byte[] json, String file) {
        JsonObject config = JsonObject.parse(json, file);
        OptionalInt topK = config.optionalInteger("top_k", 0, Integer.MAX_VALUE);
        return new GenerationDefaults(
                config.integers("eos_token_id", 0, Integer.MAX_VALUE),
                config.optionalBoolean("do_sample"),
                config.optionalNumber("temperature", value -> value >= 0 && value <= 100, "0 to 100"),
                topK,
                config.optionalNumber("top_p", value -> value > 0 && value <= 1, "over 0 and at most 1"),
                config.optionalNumber("min_p", value -> value >= 0 && value <= 1, "0 to 1"),
                config.optionalNumber(
                        "repetition_penalty", value -> value > 0 && value <= 100, "over 0 and at most 100"));
    }
}
