package org.olmo4j.spring.host;

import java.time.Duration;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/**
 * Lets running requests end when the application does, for some time: after the web server, whose own graceful shutdown comes first, and
 * before beans are destroyed, which cancels what still runs.
 */
public final class DrainOnShutdown implements SmartLifecycle {

    private static final Logger log = LoggerFactory.getLogger(DrainOnShutdown.class);

    /** Boot's web servers are within 2048 of the default phase; what stops earlier has a higher one. */
    private static final int AFTER_THE_WEB_SERVER = SmartLifecycle.DEFAULT_PHASE - 4096;

    private final List<HostedModel> models;
    private volatile List<HostedModel> drained = List.of();
    private volatile boolean running;

    /**
     * Drains models.
     *
     * @param models all at once; each has its own time
     */
    public DrainOnShutdown(List<HostedModel> models) {
        this.models = List.copyOf(models);
    }

    /** An application that was stopped or paused, as tests do with a context that they keep, admits requests again. */
    @Override
    public void start() {
        drained.forEach(model -> model.engine().resume());
        drained = List.of();
        running = true;
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    @Override
    public int getPhase() {
        return AFTER_THE_WEB_SERVER;
    }

    @Override
    public void stop() {
        running = false;
        drained = models.stream()
                .filter(model -> model.drainTimeout().isPositive())
                .toList();
        long start = System.nanoTime();
        try {
            for (HostedModel model : drained) {
                // Each refuses what is new from now on, and they end side by side.
                model.engine().drain(Duration.ZERO);
            }
            for (HostedModel model : drained) {
                Duration timeout = model.drainTimeout();
                Duration left = timeout.minusNanos(System.nanoTime() - start);
                if (!model.engine().drain(left.isNegative() ? Duration.ZERO : left)) {
                    log.warn(
                            "Model '{}' still has {} requests after {} s; they are cancelled",
                            model.name(),
                            model.engine().status().running()
                                    + model.engine().status().queued(),
                            timeout.toSeconds());
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
