package org.olmo4j.backend.cuda.virtual.driver;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/** Failures that a test has asked for. */
final class PlannedFaults {

    private static final class Fault {
        private final String name;
        private final int result;
        private long countdown;

        Fault(String name, long countdown, int result) {
            this.name = name;
            this.countdown = countdown;
            this.result = result;
        }
    }

    private final List<Fault> calls = new ArrayList<>();
    private final List<Fault> launches = new ArrayList<>();

    /** @param after how many calls of the function still succeed */
    void failCall(String function, long after, int result) {
        calls.add(new Fault(function, after, result));
    }

    void failLaunch(String kernel, long after, CudaResult result) {
        launches.add(new Fault(kernel, after, result.code()));
    }

    /** The result that this call is to have instead of its own. */
    Optional<Integer> ofCall(String function) {
        return next(calls, function);
    }

    Optional<CudaResult> ofLaunch(String kernel) {
        return next(launches, kernel).flatMap(CudaResult::of);
    }

    private static Optional<Integer> next(List<Fault> faults, String name) {
        for (Iterator<Fault> iterator = faults.iterator(); iterator.hasNext(); ) {
            Fault fault = iterator.next();
            if (fault.name.equals(name) && fault.countdown-- == 0) {
                iterator.remove();
                return Optional.of(fault.result);
            }
        }
        return Optional.empty();
    }
}
