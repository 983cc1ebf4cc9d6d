package org.olmo4j.spring.host;

import java.time.Duration;
import java.util.function.BooleanSupplier;

/** Waits until a device that failed may be tried again. */
final class DeviceTrial {

    private static final Duration SHORTEST_PAUSE = Duration.ofMillis(20);
    /** An operator may close the breaker before its time. */
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(1);

    private DeviceTrial() {}

    /**
     * Waits, asking the breaker no more often than it takes.
     *
     * @return false if it was given up
     */
    static boolean await(DeviceBreaker breaker, BooleanSupplier givenUp) throws InterruptedException {
        while (true) {
            Thread.sleep(pause(breaker.retryAfter().orElse(LONGEST_PAUSE)));
            if (givenUp.getAsBoolean()) {
                return false;
            }
            if (breaker.retryAfter().filter(Duration::isZero).isPresent()) {
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
