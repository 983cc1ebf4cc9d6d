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
     * @param rest how long the device is left alone at least, whatever its breaker says
     * @return false if it was given up
     */
    static boolean await(DeviceBreaker breaker, Duration rest, BooleanSupplier givenUp) throws InterruptedException {
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
