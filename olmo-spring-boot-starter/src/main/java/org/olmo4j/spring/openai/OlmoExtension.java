package org.olmo4j.spring.openai;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;
import org.olmo4j.engine.GenerationResult;
import org.olmo4j.engine.ReplayKey;

/**
 * What this server says beyond OpenAI's form, under the key {@code olmo}.
 *
 * @param timeToFirstTokenMs from receiving the request to its first token; absent without one, and for several answers
 * @param tokensPerSecond speed after the first token; absent for fewer than two tokens, and for several answers
 * @param seed of the random numbers, for repeating the answer; the samples of a prompt share one
 * @param replayKey all that decided the answer's tokens, to repeat and check it; absent where the model's checkpoint is not known, and for
 *     several answers
 * @param energy what the answer cost; absent where that is not known, and for several answers
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record OlmoExtension(
        @Nullable Double timeToFirstTokenMs,
        @Nullable Double tokensPerSecond,
        long seed,
        @Nullable String replayKey,
        @Nullable EnergyExtension energy) {

    static OlmoExtension of(GenerationResult result) {
        OptionalDouble speed = result.decodeTokensPerSecond();
        return new OlmoExtension(
                result.timings()
                        .firstToken()
                        .map(time -> rounded(time.toNanos() / 1e6))
                        .orElse(null),
                speed.isPresent() ? rounded(speed.getAsDouble()) : null,
                result.seed(),
                result.replayKey().map(ReplayKey::toString).orElse(null),
                result.footprint().map(EnergyExtension::of).orElse(null));
    }

    /** Of the samples of one prompt. */
    static OlmoExtension of(List<GenerationResult> samples) {
        GenerationResult first = samples.getFirst();
        return samples.size() == 1 ? of(first) : new OlmoExtension(null, null, first.seed(), null, null);
    }

    private static double rounded(double value) {
        return Math.round(value * 100) / 100.0;
    }
}
