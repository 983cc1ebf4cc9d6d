package org.olmo4j.spring.autoconfigure;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.olmo4j.engine.GenerationListener;
import org.olmo4j.engine.GenerationRequest;
import org.olmo4j.engine.GenerationResult;
import org.springframework.boot.availability.AvailabilityChangeEvent;
import org.springframework.boot.availability.LivenessState;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationListener;

/**
 * Says that the application is broken when an engine's thread died, since only a restart brings that back. Load, refusals, failed requests and
 * a normal close do not break it. An application that loads its model itself gives this bean to it like any other listener. Thread-safe.
 */
final class LivenessListener implements GenerationListener, ApplicationListener<ApplicationReadyEvent> {

    private final ApplicationContext context;
    private volatile @Nullable Throwable cause;

    LivenessListener(ApplicationContext context) {
        this.context = context;
    }

    @Override
    public CompletionStage<?> ended(GenerationRequest request, GenerationResult result) {
        return CompletableFuture.completedStage(null);
    }

    @Override
    public void engineFailed(Throwable failure) {
        cause = failure;
        AvailabilityChangeEvent.publish(context, failure, LivenessState.BROKEN);
    }

    /** Boot calls every application correct once it has started, so what broke before has to be told again. */
    @Override
    public void onApplicationEvent(ApplicationReadyEvent event) {
        Throwable failure = cause;
        if (failure != null) {
            AvailabilityChangeEvent.publish(context, failure, LivenessState.BROKEN);
        }
    }
}
