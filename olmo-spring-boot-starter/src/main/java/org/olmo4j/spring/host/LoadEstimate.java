package org.olmo4j.spring.host;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.olmo4j.error.ModelLoadingException;

/** How long a load will still take. */
final class LoadEstimate {

    private LoadEstimate() {}

    /** For a request that does not wait. */
    static ModelLoadingException exception(String model, HostedState.Loading progress, long sinceNanos) {
        return new ModelLoadingException(
                "The model '" + model + "' is being loaded" + percentage(progress), expected(progress, sinceNanos));
    }

    private static String percentage(HostedState.Loading progress) {
        return progress.totalBytes() == 0 ? "" : " (" + 100 * progress.doneBytes() / progress.totalBytes() + " %)";
    }

    /** At the speed so far, between 1 and 60 s. */
    private static Duration expected(HostedState.Loading progress, long sinceNanos) {
        long seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - sinceNanos);
        double left = progress.doneBytes() == 0
                ? 1
                : (double) seconds * (progress.totalBytes() - progress.doneBytes()) / progress.doneBytes();
        return Duration.ofSeconds(Math.clamp((long) Math.ceil(left), 1, 60));
    }
}
