package org.olmo4j.spring.metrics;

import io.micrometer.core.instrument.Meter.MeterProvider;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.olmo4j.engine.FinishReason;
import org.olmo4j.engine.GenerationListener;
import org.olmo4j.engine.GenerationRequest;
import org.olmo4j.engine.GenerationResult;
import org.olmo4j.engine.Prompt;
import org.olmo4j.error.OlmoException;

/**
 * Times every request of a model as OpenTelemetry's conventions for generative AI name it: {@code gen_ai.server.request.duration} of all
 * requests, {@code gen_ai.server.time_to_first_token} and {@code gen_ai.server.time_per_output_token} of those that were answered. These hang
 * on the engine's end event, so that no request is missed, whether it came through Spring AI or HTTP, was refused, cancelled or failed.
 * Thread-safe.
 *
 * @see <a href="https://github.com/open-telemetry/semantic-conventions-genai/blob/main/docs/gen-ai/gen-ai-metrics.md">the conventions</a>
 */
public final class RequestMetrics implements GenerationListener {

    private static final String PROVIDER = "olmo";

    /** The conventions' buckets, in seconds. */
    private static final double[] REQUEST_BUCKETS = {
        0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92
    };

    private static final double[] FIRST_TOKEN_BUCKETS = {
        0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0
    };

    private static final double[] OUTPUT_TOKEN_BUCKETS = {
        0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1.0, 2.5
    };

    private final String model;
    private final MeterProvider<Timer> requestDuration;
    private final MeterProvider<Timer> timeToFirstToken;
    private final MeterProvider<Timer> timePerOutputToken;

    /**
     * Times the requests of one model.
     *
     * @param model its public name, also for requests that name none
     * @param registry where the meters are
     */
    public RequestMetrics(String model, MeterRegistry registry) {
        this.model = model;
        this.requestDuration = timer(
                registry,
                "gen_ai.server.request.duration",
                "Generative AI server request duration such as time-to-last byte or last output token.",
                REQUEST_BUCKETS);
        this.timeToFirstToken = timer(
                registry,
                "gen_ai.server.time_to_first_token",
                "Time to generate first token for successful responses.",
                FIRST_TOKEN_BUCKETS);
        this.timePerOutputToken = timer(
                registry,
                "gen_ai.server.time_per_output_token",
                "Time per output token generated after the first token for successful responses.",
                OUTPUT_TOKEN_BUCKETS);
    }

    private static MeterProvider<Timer> timer(
            MeterRegistry registry, String name, String description, double[] buckets) {
        return Timer.builder(name)
                .description(description)
                .serviceLevelObjectives(
                        Arrays.stream(buckets).mapToObj(RequestMetrics::seconds).toArray(Duration[]::new))
                .withRegistry(registry);
    }

    private static Duration seconds(double value) {
        return Duration.ofNanos(Math.round(value * 1e9));
    }

    @Override
    public CompletionStage<?> ended(GenerationRequest request, GenerationResult result) {
        Tags tags = Tags.of(
                "gen_ai.operation.name",
                request.prompt() instanceof Prompt.Chat ? "chat" : "text_completion",
                "gen_ai.provider.name",
                PROVIDER,
                "gen_ai.request.model",
                model,
                "gen_ai.response.model",
                model);
        Duration ended = result.timings().ended();
        record(requestDuration, tags.and("error.type", errorType(result)), ended);
        if (answered(result)) {
            result.timings().firstToken().ifPresent(firstToken -> {
                record(timeToFirstToken, tags, firstToken);
                int further = result.usage().completionTokens() - 1;
                if (further > 0) {
                    record(timePerOutputToken, tags, ended.minus(firstToken).dividedBy(further));
                }
            });
        }
        return CompletableFuture.completedStage(null);
    }

    private static void record(MeterProvider<Timer> timer, Tags tags, Duration time) {
        timer.withTags(tags).record(time);
    }

    private static boolean answered(GenerationResult result) {
        return result.finishReason() == FinishReason.STOP || result.finishReason() == FinishReason.LENGTH;
    }

    /** A few values only: the kinds of this library's exceptions, {@code cancelled}, or {@code none}. */
    private static String errorType(GenerationResult result) {
        OlmoException error = result.error();
        if (error != null) {
            return error.getClass().getSimpleName();
        }
        return result.finishReason() == FinishReason.CANCELLED ? "cancelled" : "none";
    }
}
