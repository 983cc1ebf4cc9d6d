package org.olmo4j.spring.openai;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.olmo4j.engine.GenerationResult;
import org.olmo4j.engine.Timings;

/**
 * What this server says beyond OpenAI's form, under the key {@code olmo}.
 *
 * @param timeToFirstTokenMs from receiving the request to its first token; absent without one
 * @param tokensPerSecond speed after the first token; absent for fewer than two tokens
 * @param seed of the random numbers, for repeating the answer
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record OlmoExtension(
        @Nullable Double timeToFirstTokenMs, @Nullable Double tokensPerSecond, long seed) {

    static OlmoExtension of(GenerationResult result) {
        Timings timings = result.timings();
        Optional<Duration> firstToken = timings.firstToken();
        return new OlmoExtension(
                firstToken.map(time -> rounded(time.toNanos() / 1e6)).orElse(null),
                firstToken
                        .map(time -> timings.ended().minus(time).toNanos() / 1e9)
                        .filter(seconds -> seconds > 0 && result.usage().completionTokens() > 1)
                        .map(seconds -> rounded((result.usage().completionTokens() - 1) / seconds))
                        .orElse(null),
                result.seed());
    }

    private static double rounded(double value) {
        return Math.round(value * 100) / 100.0;
    }
}
