package org.olmo4j.engine;

import java.util.Map;
import org.olmo4j.checkpoint.GenerationDefaults;
import org.olmo4j.sampling.SamplingOptions;

/** What generation_config.json says about drawing tokens, with what transformers takes where it is silent. */
public final class DefaultSampling {

    /** {@code top_k} of transformers' generate where {@code do_sample} is on and nothing is said. */
    private static final int TOP_K_WHEN_SAMPLING = 50;

    private DefaultSampling() {}

    /**
     * The options.
     *
     * @param defaults of the file
     * @return sampling where it says so, else greedy
     */
    public static SamplingOptions of(GenerationDefaults defaults) {
        double repetitionPenalty = defaults.repetitionPenalty().orElse(1);
        return defaults.sample().orElse(false)
                ? new SamplingOptions(
                        defaults.temperature().orElse(1),
                        defaults.topK().orElse(TOP_K_WHEN_SAMPLING),
                        defaults.topP().orElse(1),
                        defaults.minP().orElse(0),
                        repetitionPenalty,
                        0,
                        0,
                        Map.of())
                : new SamplingOptions(0, 0, 1, 0, repetitionPenalty, 0, 0, Map.of());
    }
}
