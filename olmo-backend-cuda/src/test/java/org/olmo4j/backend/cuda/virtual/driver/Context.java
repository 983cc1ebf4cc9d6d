package org.olmo4j.backend.cuda.virtual.driver;

import java.util.ArrayList;
import java.util.List;
import org.olmo4j.backend.cuda.virtual.memory.DeviceMemory;

/** The primary context of a device: its memory and its streams. */
final class Context {

    private final VirtualDevice device;
    private final DeviceMemory memory;
    private final Stream defaultStream = new Stream(this, true);
    private final List<Stream> streams = new ArrayList<>(List.of(defaultStream));
    private int retained;

    Context(VirtualDevice device, int index) {
        this.device = device;
        memory = new DeviceMemory(index, device.memoryBytes());
    }

    VirtualDevice device() {
        return device;
    }

    DeviceMemory memory() {
        return memory;
    }

    Stream defaultStream() {
        return defaultStream;
    }

    List<Stream> streams() {
        return streams;
    }

    int retained() {
        return retained;
    }

    void retain() {
        retained++;
    }

    void release() {
        retained--;
    }

    /**
     * Does all work. The newest streams come first: nothing says that the oldest do, and so what relies on that shows.
     */
    void runAll() {
        for (Stream stream : streams.reversed()) {
            stream.runAll();
        }
    }
}
