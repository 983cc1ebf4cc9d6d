package org.olmo4j.backend.cuda.virtual.memory;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The global memory of a device, with the pinned memory of the host that it can address. An address is never given twice, so that a pointer to freed
 * memory is known as one.
 *
 * <p>{@link #find} may be called by any thread at any time; the other methods by one thread at a time.
 */
public final class DeviceMemory {

    private static final long ALIGNMENT_BYTES = 512;

    /** Unused addresses behind each allocation, so that running over its end does not hit the next. */
    private static final long GAP_BYTES = 4096;

    private static final long DEVICE_STRIDE = 1L << 40;

    private final long capacityBytes;
    private final TreeMap<Long, Allocation> all = new TreeMap<>();
    private final TreeMap<Long, Arena> arenas = new TreeMap<>();
    private volatile Allocation[] live = {};
    private long nextAddress;
    private long usedBytes;

    public DeviceMemory(int deviceIndex, long capacityBytes) {
        this.capacityBytes = capacityBytes;
        nextAddress = Windows.GLOBAL + deviceIndex * DEVICE_STRIDE;
    }

    public long capacityBytes() {
        return capacityBytes;
    }

    public long usedBytes() {
        return usedBytes;
    }

    /**
     * Allocates bytes that read as unwritten.
     *
     * @return empty if there is not so much left
     */
    @SuppressWarnings("MustBeClosedChecker") // Closed when the allocation is freed.
    public Optional<Allocation> allocate(String name, long bytes) {
        if (bytes > capacityBytes - usedBytes) {
            return Optional.empty();
        }
        usedBytes += bytes;
        Arena arena = Arena.ofShared();
        Allocation allocation = new Allocation(
                name, nextAddress, arena.allocate(bytes, ALIGNMENT_BYTES), arena.allocate(bytes, ALIGNMENT_BYTES));
        allocation.forget(0, bytes);
        nextAddress = roundUp(nextAddress + bytes + GAP_BYTES);
        arenas.put(allocation.base(), arena);
        add(allocation);
        return Optional.of(allocation);
    }

    /** Makes pinned memory of the host known under its own address, as unified addressing does. */
    public void addHostMemory(String name, MemorySegment memory) {
        add(new Allocation(name, memory.address(), memory, null));
    }

    public void removeHostMemory(long address) {
        Allocation allocation = all.remove(address);
        if (allocation != null) {
            allocation.free();
            publish();
        }
    }

    /**
     * Frees an allocation.
     *
     * @return whether there was one that begins at the address
     */
    public boolean free(long address) {
        Allocation allocation = all.get(address);
        Arena arena = arenas.remove(address);
        if (allocation == null || arena == null) {
            return false;
        }
        usedBytes -= allocation.bytes();
        allocation.free();
        publish();
        arena.close();
        return true;
    }

    public Collection<Allocation> liveAllocations() {
        return List.of(live);
    }

    private void add(Allocation allocation) {
        all.put(allocation.base(), allocation);
        publish();
    }

    private void publish() {
        List<Allocation> found = new ArrayList<>();
        for (Allocation allocation : all.values()) {
            if (allocation.isLive()) {
                found.add(allocation);
            }
        }
        live = found.toArray(Allocation[]::new);
    }

    /** The live allocation that holds an address; null if there is none. */
    public @Nullable Allocation find(long address) {
        Allocation[] candidates = live;
        int low = 0;
        int high = candidates.length - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            Allocation candidate = candidates[middle];
            if (address < candidate.base()) {
                high = middle - 1;
            } else if (address - candidate.base() >= candidate.bytes()) {
                low = middle + 1;
            } else {
                return candidate;
            }
        }
        return null;
    }

    /** Says for a message what lies at or near an address. */
    public String describe(long address) {
        var below = all.floorEntry(address);
        var above = all.ceilingEntry(address);
        if (below != null
                && address - below.getValue().base() < below.getValue().bytes()) {
            return "%d bytes into %s".formatted(address - below.getValue().base(), below.getValue());
        }
        long behind = below == null
                ? Long.MAX_VALUE
                : address - below.getValue().base() - below.getValue().bytes();
        long before = above == null ? Long.MAX_VALUE : above.getValue().base() - address;
        if (below != null && behind <= before) {
            return "%d bytes behind %s".formatted(behind, below.getValue());
        }
        return above == null ? "nothing is allocated" : "%d bytes before %s".formatted(before, above.getValue());
    }

    /** Gives everything back, for the end of a device. */
    public void close() {
        live = new Allocation[0];
        arenas.values().forEach(Arena::close);
        arenas.clear();
        all.clear();
    }

    private static long roundUp(long address) {
        return (address + ALIGNMENT_BYTES - 1) / ALIGNMENT_BYTES * ALIGNMENT_BYTES;
    }
}
