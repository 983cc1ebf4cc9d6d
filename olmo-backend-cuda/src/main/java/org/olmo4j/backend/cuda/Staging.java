package org.olmo4j.backend.cuda;

import java.lang.foreign.MemorySegment;
import org.olmo4j.backend.cuda.driver.CudaException;
import org.olmo4j.backend.cuda.driver.DeviceContext;
import org.olmo4j.backend.cuda.driver.Event;
import org.olmo4j.backend.cuda.driver.PinnedMemory;
import org.olmo4j.backend.cuda.driver.Stream;

/** Pinned memory whose content is on its way to the GPU until an event says otherwise. On its context's thread, but for what is written into it. */
final class Staging implements AutoCloseable {

    private final PinnedMemory memory;
    private final Event copied;

    Staging(DeviceContext context, long bytes) {
        copied = Event.create(context);
        try {
            memory = PinnedMemory.allocate(context, bytes);
        } catch (CudaException e) {
            copied.close();
            throw e;
        }
    }

    MemorySegment segment() {
        return memory.segment();
    }

    /** Waits until it may be written into. */
    void await() {
        copied.synchronize();
    }

    /** All copies from it have been queued. */
    void queued(Stream stream) {
        copied.record(stream);
    }

    @Override
    public void close() {
        copied.close();
        memory.close();
    }
}
