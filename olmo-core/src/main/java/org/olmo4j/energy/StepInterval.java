package org.olmo4j.energy;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A time in which a device worked for some generations.
 *
 * @param backend whose step it was
 * @param startNanos of the monotonic clock
 * @param endNanos after the start
 * @param shares for whom; empty if that is not known any more
 */
record StepInterval(String backend, long startNanos, long endNanos, List<Share> shares) {

    private static final String ANY_BACKEND = "";

    /**
     * What one generation had of it.
     *
     * @param generationId which
     * @param prefill cost of its prompt tokens
     * @param decode cost of its decode tokens
     */
    record Share(String generationId, long prefill, long decode) {}

    /** Of all its members. */
    long cost() {
        long cost = 0;
        for (Share share : shares) {
            cost += share.prefill() + share.decode();
        }
        return cost;
    }

    /** The time of this and of another interval, and what lies between, for nobody known and on whatever backend. */
    StepInterval forgottenWith(@Nullable StepInterval other) {
        long start = other == null ? startNanos : Math.min(startNanos, other.startNanos);
        long end = other == null ? endNanos : Math.max(endNanos, other.endNanos);
        return new StepInterval(ANY_BACKEND, start, end, List.of());
    }

    /** Whether a meter counts it. */
    boolean uses(MeterDescription meter) {
        return backend.equals(ANY_BACKEND) || meter.serves(backend);
    }

    /** How much of it lies between two times. */
    long overlapNanos(long fromNanos, long toNanos) {
        return Math.max(0, Math.min(endNanos, toNanos) - Math.max(startNanos, fromNanos));
    }
}
