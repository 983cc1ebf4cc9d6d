package org.olmo4j.backend.cuda.virtual.driver;

import java.util.HashMap;
import java.util.Map;

/** Counts for {@link Counters}. */
final class Tally {

    private final Map<String, Long> calls = new HashMap<>();
    private final Map<String, Long> launches = new HashMap<>();
    private long bytesToDevice;
    private long bytesToHost;
    private long bytesWithinDevice;
    private long pageableCopies;
    private long graphLaunches;

    long call(String function) {
        return calls.merge(function, 1L, Long::sum);
    }

    long launch(String kernel) {
        return launches.merge(kernel, 1L, Long::sum);
    }

    void toDevice(long bytes) {
        bytesToDevice += bytes;
    }

    void toHost(long bytes) {
        bytesToHost += bytes;
    }

    void withinDevice(long bytes) {
        bytesWithinDevice += bytes;
    }

    void pageableCopy() {
        pageableCopies++;
    }

    void graphLaunch() {
        graphLaunches++;
    }

    Counters counters(long laneInstructions) {
        return new Counters(
                calls,
                launches,
                bytesToDevice,
                bytesToHost,
                bytesWithinDevice,
                pageableCopies,
                graphLaunches,
                laneInstructions);
    }
}
