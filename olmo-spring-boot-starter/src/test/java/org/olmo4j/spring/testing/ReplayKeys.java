package org.olmo4j.spring.testing;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.olmo4j.backend.Numerics;
import org.olmo4j.engine.ModelIdentity;
import org.olmo4j.engine.ReplayKey;
import org.olmo4j.sampling.SamplingOptions;

/** Replay keys of generations that never were. */
public final class ReplayKeys {

    /** A stop string of {@link #withTexts()}, in a form that nothing else has. */
    public static final String STOP = "Rumpelstiltskin";

    /** A token whose logit was biased; a stop id of the request is one less. */
    public static final int BIASED = 777_777;

    private ReplayKeys() {}

    /** With all that is text, or stands for it: stop strings and ids, logit biases, hashes of schema and prompt. */
    public static ReplayKey withTexts() {
        return new ReplayKey(
                new ModelIdentity(
                        "f1",
                        Optional.of("c".repeat(64)),
                        Optional.of("d".repeat(64)),
                        Optional.of("e".repeat(64)),
                        new Numerics("cpu", "f32", "f32", "cpu-1")),
                new ReplayKey.Settings(
                        new SamplingOptions(0.5, 40, 0.9, 0.1, 1.1, 0.2, 0.3, Map.of(BIASED, 5.0)),
                        64,
                        List.of(STOP),
                        Set.of(0, BIASED - 1),
                        Optional.of("a".repeat(64)),
                        7,
                        0),
                Optional.of("b".repeat(64)));
    }
}
