package org.olmo4j.backend.cuda.virtual.driver;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Optional;
import java.util.function.Consumer;
import org.olmo4j.backend.cuda.virtual.memory.Allocation;
import org.olmo4j.backend.cuda.virtual.memory.DeviceMemory;

/** Functions that allocate, copy and fill memory. */
final class MemoryFunctions {

    /** What a copy's target on the host holds until the copy is done. */
    private static final byte GARBAGE = (byte) 0xA5;

    private final DriverState state;
    private long allocations;

    MemoryFunctions(DriverState state) {
        this.state = state;
    }

    @NativeFunction("cuMemGetInfo_v2")
    void memGetInfo(MemorySegment free, MemorySegment total) {
        DeviceMemory memory = state.current().memory();
        HostMemory.setLong(free, memory.capacityBytes() - memory.usedBytes());
        HostMemory.setLong(total, memory.capacityBytes());
    }

    @NativeFunction(value = "cuMemAlloc_v2", breaksCapture = true)
    void memAlloc(MemorySegment address, long bytes) {
        if (bytes <= 0) {
            throw new DriverFailure(CudaResult.CUDA_ERROR_INVALID_VALUE, "cannot allocate " + bytes + " bytes");
        }
        DeviceMemory memory = state.current().memory();
        Optional<Allocation> allocation = memory.allocate("allocation " + ++allocations, bytes);
        if (allocation.isEmpty()) {
            throw new DriverFailure(
                    CudaResult.CUDA_ERROR_OUT_OF_MEMORY,
                    "%d bytes asked for, %d free of %d"
                            .formatted(bytes, memory.capacityBytes() - memory.usedBytes(), memory.capacityBytes()));
        }
        HostMemory.setLong(address, allocation.get().base());
    }

    /** Waits for all work, as the real one does. */
    @NativeFunction(value = "cuMemFree_v2", breaksCapture = true)
    void memFree(long address) {
        if (address == 0) {
            return;
        }
        state.finish(state.current()::runAll);
        for (Context context : state.contexts()) {
            if (context.memory().free(address)) {
                return;
            }
        }
        throw new DriverFailure(
                CudaResult.CUDA_ERROR_INVALID_VALUE,
                "0x%x is no allocation: %s"
                        .formatted(address, state.current().memory().describe(address)));
    }

    @NativeFunction(value = "cuMemHostAlloc", breaksCapture = true)
    void memHostAlloc(MemorySegment pointer, long bytes, int flags) {
        if (bytes <= 0 || (flags & ~7) != 0) {
            throw new DriverFailure(
                    CudaResult.CUDA_ERROR_INVALID_VALUE, "cannot allocate " + bytes + " bytes with flags " + flags);
        }
        PinnedMemory memory = new PinnedMemory(bytes);
        state.addPinned(memory);
        HostMemory.setLong(pointer, memory.address());
    }

    @NativeFunction(value = "cuMemFreeHost", breaksCapture = true)
    void memFreeHost(MemorySegment pointer) {
        state.finish(() -> state.contexts().forEach(Context::runAll));
        state.removePinned(pointer.address())
                .orElseThrow(() -> new DriverFailure(
                        CudaResult.CUDA_ERROR_INVALID_VALUE, "0x%x is no pinned memory".formatted(pointer.address())))
                .free();
    }

    /** From pinned memory it reads the source when its turn comes, from other memory at once: so do the real ones. */
    @NativeFunction("cuMemcpyHtoDAsync_v2")
    void memcpyHtoDAsync(long to, MemorySegment from, long bytes, long stream) {
        Stream queue = state.stream(stream);
        if (bytes == 0) {
            return;
        }
        DeviceRange target = state.range(to, bytes);
        Optional<PinnedMemory> pinned = state.pinnedAt(from.address());
        MemorySegment source;
        if (pinned.isPresent()) {
            source = pinned.get().slice(from.address(), bytes);
        } else {
            state.tally().pageableCopy();
            byte[] snapshot = HostMemory.bytes(from, bytes).toArray(ValueLayout.JAVA_BYTE);
            source = MemorySegment.ofArray(snapshot);
        }
        state.enqueue(
                queue,
                () -> whenLive(target, range -> {
                    state.tally().toDevice(bytes);
                    range.copyFrom(source);
                }));
    }

    /** To pinned memory it writes when its turn comes; to other memory it waits for that. */
    @NativeFunction("cuMemcpyDtoHAsync_v2")
    void memcpyDtoHAsync(MemorySegment to, long from, long bytes, long stream) {
        Stream queue = state.stream(stream);
        if (bytes == 0) {
            return;
        }
        DeviceRange source = state.range(from, bytes);
        Optional<PinnedMemory> pinned = state.pinnedAt(to.address());
        MemorySegment target =
                pinned.isPresent() ? pinned.get().slice(to.address(), bytes) : HostMemory.bytes(to, bytes);
        state.enqueue(queue, new Work() {
            @Override
            public void queued() {
                target.fill(GARBAGE);
            }

            @Override
            public void run() {
                whenLive(source, range -> {
                    state.tally().toHost(bytes);
                    target.copyFrom(range.content());
                });
            }
        });
        if (pinned.isEmpty()) {
            state.tally().pageableCopy();
            if (queue.capture() == null) {
                state.finish(queue::runAll);
            }
        }
    }

    @NativeFunction("cuMemcpyDtoDAsync_v2")
    void memcpyDtoDAsync(long to, long from, long bytes, long stream) {
        Stream queue = state.stream(stream);
        if (bytes == 0) {
            return;
        }
        DeviceRange target = state.range(to, bytes);
        DeviceRange source = state.range(from, bytes);
        state.enqueue(
                queue,
                () -> whenLive(
                        source,
                        range -> whenLive(target, into -> {
                            state.tally().withinDevice(bytes);
                            into.copyFrom(range);
                        })));
    }

    @NativeFunction("cuMemsetD8Async")
    void memsetD8Async(long to, byte value, long count, long stream) {
        fill(to, count, stream, range -> range.content().fill(value));
    }

    @NativeFunction("cuMemsetD32Async")
    void memsetD32Async(long to, int value, long count, long stream) {
        if (to % Integer.BYTES != 0) {
            throw new DriverFailure(CudaResult.CUDA_ERROR_INVALID_VALUE, "the address is no multiple of 4");
        }
        fill(to, count * Integer.BYTES, stream, range -> {
            for (long i = 0; i < count; i++) {
                range.content().setAtIndex(ValueLayout.JAVA_INT_UNALIGNED, i, value);
            }
        });
    }

    private void fill(long to, long bytes, long stream, Consumer<DeviceRange> filler) {
        Stream queue = state.stream(stream);
        if (bytes == 0) {
            return;
        }
        DeviceRange target = state.range(to, bytes);
        state.enqueue(
                queue,
                () -> whenLive(target, range -> {
                    filler.accept(range);
                    range.allocation().markWritten(range.offset(), bytes);
                }));
    }

    private void whenLive(DeviceRange range, Consumer<DeviceRange> work) {
        if (state.hasFailed()) {
            return;
        }
        if (range.isLive()) {
            work.accept(range);
        } else {
            state.fail(
                    CudaResult.CUDA_ERROR_ILLEGAL_ADDRESS,
                    "a copy or fill whose turn came after its memory was freed: " + range.allocation());
        }
    }
}
