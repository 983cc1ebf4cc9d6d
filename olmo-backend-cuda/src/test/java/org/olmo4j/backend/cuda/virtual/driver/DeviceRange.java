package org.olmo4j.backend.cuda.virtual.driver;

import java.lang.foreign.MemorySegment;
import org.olmo4j.backend.cuda.virtual.memory.Allocation;

/** Bytes of device memory. */
record DeviceRange(Allocation allocation, long offset, long bytes) {

    MemorySegment content() {
        return allocation.content().asSlice(offset, bytes);
    }

    void copyFrom(MemorySegment host) {
        content().copyFrom(host);
        allocation.markWritten(offset, bytes);
    }

    void copyFrom(DeviceRange other) {
        allocation.copyFrom(offset, other.allocation, other.offset, bytes);
    }

    /** Whether it was not freed since. */
    boolean isLive() {
        return allocation.isLive();
    }
}
