package org.olmo4j.backend.cuda.virtual.driver;

import java.util.Map;

/**
 * What has been done so far.
 *
 * @param callsByFunction how often each was called
 * @param launchesByKernel how often each ran; those of a graph count each time it runs
 * @param bytesToDevice copied from the host
 * @param bytesToHost copied to the host
 * @param bytesWithinDevice copied from device memory to device memory
 * @param pageableCopies copies from or to host memory that is not pinned, for which the caller had to wait
 * @param graphLaunches how often a graph ran
 * @param laneInstructions how many instructions of PTX were executed, by all lanes together
 */
public record Counters(
        Map<String, Long> callsByFunction,
        Map<String, Long> launchesByKernel,
        long bytesToDevice,
        long bytesToHost,
        long bytesWithinDevice,
        long pageableCopies,
        long graphLaunches,
        long laneInstructions) {

    public Counters {
        callsByFunction = Map.copyOf(callsByFunction);
        launchesByKernel = Map.copyOf(launchesByKernel);
    }

    public long calls(String function) {
        return callsByFunction.getOrDefault(function, 0L);
    }

    public long launches(String kernel) {
        return launchesByKernel.getOrDefault(kernel, 0L);
    }

    public long launches() {
        return launchesByKernel.values().stream().mapToLong(Long::longValue).sum();
    }
}
