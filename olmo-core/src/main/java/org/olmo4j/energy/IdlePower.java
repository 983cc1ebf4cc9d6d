package org.olmo4j.energy;

import java.util.Arrays;
import java.util.OptionalDouble;

/**
 * The power of a device that does nothing for us: the 5th percentile of its power in the last 4,096 windows without a step. Not the lowest
 * ever seen, which one odd reading would decide for good, and not a residual of the load, which would be 0 under full load. Not thread-safe.
 */
final class IdlePower {

    private static final int WINDOWS = 4096;
    private static final double PERCENTILE = 0.05;
    private static final long SHORTEST_NANOS = 50_000_000;
    /** With this many windows, one more hardly moves the percentile, and sorting need not follow each. */
    private static final int SETTLED = 64;

    private static final int RENEWAL = 16;

    private final double[] watts = new double[WINDOWS];
    private long seen;
    private double percentile = Double.NaN;

    /** A window without a step. */
    void add(long microjoules, long nanos) {
        if (nanos < SHORTEST_NANOS) {
            return;
        }
        watts[(int) (seen++ % WINDOWS)] = microjoules * 1e3 / nanos;
        if (seen <= SETTLED || seen % RENEWAL == 0) {
            double[] sorted = Arrays.copyOf(watts, (int) Math.min(seen, WINDOWS));
            Arrays.sort(sorted);
            percentile = sorted[(int) Math.ceil(PERCENTILE * sorted.length) - 1];
        }
    }

    /** What the device draws anyway in some time; 0 while that is not known, so that everything counts as active. */
    long microjoules(long nanos) {
        return seen == 0 ? 0 : Math.round(percentile * nanos / 1e3);
    }

    OptionalDouble watts() {
        return seen == 0 ? OptionalDouble.empty() : OptionalDouble.of(percentile);
    }
}
