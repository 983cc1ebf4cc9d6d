package org.olmo4j.backend.cuda.virtual.machine;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.olmo4j.backend.cuda.virtual.memory.Allocation;
import org.olmo4j.backend.cuda.virtual.memory.Windows;

/** The memory of a block that runs, used for one block after another: shared and local memory and the parameters. */
final class Workspace {

    private static final int LEAST_BYTES = 1024;

    private Allocation shared = allocate("shared memory", 0, LEAST_BYTES);
    private Allocation local = allocate("local memory", 0, LEAST_BYTES);
    private Allocation parameters = allocate("parameters", Windows.PARAMETERS, LEAST_BYTES);
    private final RaceDetector races = new RaceDetector();

    private static Allocation allocate(String name, long base, long bytes) {
        // Left to the collector: the workspaces live as long as their machine.
        Arena arena = Arena.ofAuto();
        return new Allocation(name, base, arena.allocate(bytes, Long.BYTES), arena.allocate(bytes, Long.BYTES));
    }

    private static Allocation atLeast(Allocation allocation, long bytes) {
        return allocation.bytes() >= bytes
                ? allocation
                : allocate(allocation.name(), allocation.base(), roundUp(bytes));
    }

    private static long roundUp(long bytes) {
        return Math.max(LEAST_BYTES, Long.highestOneBit(bytes - 1) << 1);
    }

    Allocation shared(long bytes) {
        shared = atLeast(shared, bytes);
        return shared;
    }

    Allocation local(long bytes) {
        local = atLeast(local, bytes);
        return local;
    }

    Allocation parameters(byte[] values) {
        parameters = atLeast(parameters, values.length);
        parameters.markForbidden(0, parameters.bytes());
        parameters.markWritten(0, values.length);
        MemorySegment.copy(MemorySegment.ofArray(values), 0, parameters.content(), 0, values.length);
        return parameters;
    }

    RaceDetector races() {
        return races;
    }
}
