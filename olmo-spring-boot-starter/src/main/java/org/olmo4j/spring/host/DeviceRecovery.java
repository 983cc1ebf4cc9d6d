package org.olmo4j.spring.host;

import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/** Brings devices back that were taken out of service: each in a thread that waits until it may be tried again. Thread-safe. */
final class DeviceRecovery {

    /** Between loads that fail although the breaker lets the device be tried: a load takes long, and what is in its way seldom goes at once. */
    private static final Duration REST_AFTER_FAILED_LOAD = Duration.ofSeconds(5);

    private static final Duration SHORTEST_PAUSE = Duration.ofMillis(20);
    /** An operator may close the breaker before its time. */
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(1);

    private final String model;
    private final BooleanSupplier givenUp;
    private final Consumer<HostedBackend> load;

    /**
     * Begins with nothing to bring back.
     *
     * @param model public name
     * @param givenUp whether it is of no use any more
     * @param load loads a backend again, in the calling thread
     */
    DeviceRecovery(String model, BooleanSupplier givenUp, Consumer<HostedBackend> load) {
        this.model = model;
        this.givenUp = givenUp;
        this.load = load;
    }

    /** Of a device that failed while a model ran on it. */
    void afterFailure(HostedBackend backend) {
        start(backend, Duration.ZERO);
    }

    /** Of a device on which the model could not be loaded. An open breaker has a wait of its own. */
    void afterFailedLoad(HostedBackend backend) {
        start(backend, backend.breaker().open() ? Duration.ZERO : REST_AFTER_FAILED_LOAD);
    }

    private void start(HostedBackend backend, Duration rest) {
        Thread.ofVirtual().name("olmo-recovery-" + model).start(() -> {
            try {
                if (mayBeTried(backend.breaker(), rest)) {
                    load.accept(backend);
                }
            } catch (InterruptedException e) {
                // Nobody interrupts it; if somebody did, the device stays out of service.
                Thread.currentThread().interrupt();
            }
        });
    }

    /** Waits, asking the breaker no more often than it takes; false if it was given up. */
    private boolean mayBeTried(DeviceBreaker breaker, Duration rest) throws InterruptedException {
        long begin = System.nanoTime();
        while (true) {
            Duration left = rest.minusNanos(System.nanoTime() - begin);
            Duration wait = breaker.retryAfter().orElse(LONGEST_PAUSE);
            Thread.sleep(pause(wait.compareTo(left) < 0 ? left : wait));
            if (givenUp.getAsBoolean()) {
                return false;
            }
            boolean rested = System.nanoTime() - begin >= rest.toNanos();
            if (rested && breaker.retryAfter().filter(Duration::isZero).isPresent()) {
                if (breaker.tryAcquire()) {
                    breaker.released();
                    return true;
                }
                Thread.sleep(LONGEST_PAUSE);
            }
        }
    }

    private static Duration pause(Duration wait) {
        if (wait.compareTo(LONGEST_PAUSE) > 0) {
            return LONGEST_PAUSE;
        }
        return wait.compareTo(SHORTEST_PAUSE) < 0 ? SHORTEST_PAUSE : wait;
    }
}
