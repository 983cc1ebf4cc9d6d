package org.olmo4j.backend.cuda.virtual.machine;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.olmo4j.backend.cuda.virtual.memory.Allocation;
import org.olmo4j.backend.cuda.virtual.memory.DeviceMemory;
import org.olmo4j.backend.cuda.virtual.memory.Windows;
import org.olmo4j.backend.cuda.virtual.ptx.StateSpace;

/** All memory as the lanes of a warp see it: finds what an address means, and checks each access. */
public final class LaneMemory {

    private final Warp warp;
    private final DeviceMemory device;
    private final Allocation shared;
    private final Allocation local;
    private final Allocation parameters;
    private final @Nullable RaceDetector races;
    private final boolean checkUnwritten;
    private final int localBytes;
    private final long dynamicSharedEnd;

    /** By instruction, the allocation that it accessed last: usually it accesses the same again. */
    private final Allocation[] lastFound;

    private final Allocation nothing;
    private long offset;

    LaneMemory(Warp warp, Block block, int codeLength) {
        this.warp = warp;
        Launch launch = block.launch();
        device = launch.memory();
        shared = block.shared();
        local = block.local();
        parameters = block.parameters();
        races = block.races();
        checkUnwritten = launch.checks().unwrittenMemory();
        localBytes = launch.kernel().localBytes();
        dynamicSharedEnd = launch.kernel().dynamicSharedOffset() + (long) launch.dynamicSharedBytes();
        nothing = parameters;
        lastFound = new Allocation[codeLength];
        Arrays.fill(lastFound, nothing);
    }

    /** Memory may have been freed since the last launch. */
    void forgetFound() {
        Arrays.fill(lastFound, nothing);
    }

    /**
     * Finds what lies at an address; {@link #offset} then says where in it.
     *
     * @param bytes how many are accessed together, a power of two: the address must be a multiple of it
     */
    public Allocation locate(StateSpace space, int lane, long address, int bytes) {
        if ((address & (bytes - 1)) != 0) {
            throw warp.fault(
                    KernelFault.Kind.MISALIGNED,
                    lane,
                    "misaligned access of %d bytes at 0x%x, which is no multiple of %1$d".formatted(bytes, address));
        }
        return switch (space) {
            case SHARED -> shared(lane, address, bytes);
            case LOCAL -> local(lane, address, bytes);
            case PARAM -> parameters(lane, address, bytes);
            case GLOBAL, CONST -> global(lane, address, bytes);
            case GENERIC -> generic(lane, address, bytes);
        };
    }

    /**
     * Like {@link #locate}, but first looks where another lane's address was found: usually they are neighbours.
     *
     * @param near what was found for the other lane; null if nothing was yet
     */
    public Allocation locateNear(@Nullable Allocation near, StateSpace space, int lane, long address, int bytes) {
        boolean sameForAllLanes = space == StateSpace.GLOBAL || space == StateSpace.SHARED;
        if (near != null && sameForAllLanes && (address & (bytes - 1)) == 0) {
            long at = address - near.base();
            if (near.contains(at, bytes)) {
                offset = at;
                return near;
            }
        }
        return locate(space, lane, address, bytes);
    }

    /** Where in the allocation lies what {@link #locate} has found. */
    public long offset() {
        return offset;
    }

    private Allocation generic(int lane, long address, int bytes) {
        if (Windows.contains(Windows.SHARED, address)) {
            return shared(lane, address - Windows.SHARED, bytes);
        }
        if (Windows.contains(Windows.LOCAL, address)) {
            return local(lane, address - Windows.LOCAL, bytes);
        }
        if (Windows.contains(Windows.PARAMETERS, address)) {
            return parameters(lane, address, bytes);
        }
        return global(lane, address, bytes);
    }

    private Allocation global(int lane, long address, int bytes) {
        Allocation found = lastFound[warp.current()];
        long at = address - found.base();
        if (!found.contains(at, bytes)) {
            found = device.find(address);
            if (found == null || !found.contains(address - found.base(), bytes)) {
                throw outOfBounds(lane, "global", address, bytes, describeGlobal(address));
            }
            lastFound[warp.current()] = found;
            at = address - found.base();
        }
        offset = at;
        return found;
    }

    private String describeGlobal(long address) {
        return address >= 0 && address < 4096 ? "a null pointer" : device.describe(address);
    }

    private Allocation shared(int lane, long address, int bytes) {
        long at = address & 0xFFFF_FFFFL;
        if (!shared.contains(at, bytes)) {
            throw outOfBounds(lane, "shared", at, bytes, describeShared(at));
        }
        offset = at;
        return shared;
    }

    private String describeShared(long address) {
        Kernel kernel = warp.launch().kernel();
        for (Kernel.SharedVariable variable : kernel.shared()) {
            long into = address - variable.offset();
            if (into >= 0 && into < variable.bytes()) {
                return "%d bytes into %s, which has %d bytes".formatted(into, variable.name(), variable.bytes());
            }
            if (into >= variable.bytes() && into < variable.bytes() + 256) {
                return "%d bytes behind %s, which has %d bytes"
                        .formatted(into - variable.bytes(), variable.name(), variable.bytes());
            }
        }
        return "dynamic shared memory [0x%x, 0x%x)".formatted(kernel.dynamicSharedOffset(), dynamicSharedEnd);
    }

    private Allocation local(int lane, long address, int bytes) {
        if (address < 0 || address > localBytes - bytes) {
            throw outOfBounds(lane, "local", address, bytes, "a thread has " + localBytes + " bytes");
        }
        offset = (warp.number() * (long) Warp.LANES + lane) * localBytes + address;
        return local;
    }

    private Allocation parameters(int lane, long address, int bytes) {
        long at = address - Windows.PARAMETERS;
        if (!parameters.contains(at, bytes) || parameters.isForbidden(at, Math.min(bytes, Long.BYTES))) {
            throw outOfBounds(
                    lane,
                    "parameter",
                    address,
                    bytes,
                    "the parameters have " + warp.launch().parameters().length + " bytes");
        }
        offset = at;
        return parameters;
    }

    private KernelFault outOfBounds(int lane, String space, long address, int bytes, String where) {
        return warp.fault(
                KernelFault.Kind.OUT_OF_BOUNDS,
                lane,
                "access of %d bytes out of bounds at %s address 0x%x: %s".formatted(bytes, space, address, where));
    }

    /** Reads 1, 2, 4 or 8 bytes of what was located. */
    public long read(int lane, Allocation from, long at, int width) {
        if (!from.isWritten(at, width)) {
            failUnwritten(lane, from, at, width);
        }
        if (from == shared && races != null) {
            checkRace(lane, at, width, false, false);
        }
        return from.read(at, width);
    }

    private void failUnwritten(int lane, Allocation from, long at, int width) {
        if (from.isForbidden(at, width)) {
            throw forbidden(lane, from, at);
        }
        if (checkUnwritten) {
            throw warp.fault(
                    KernelFault.Kind.UNWRITTEN_MEMORY,
                    lane,
                    "reads memory that was never written, " + describe(from, at));
        }
    }

    private KernelFault forbidden(int lane, Allocation allocation, long at) {
        return warp.fault(KernelFault.Kind.OUT_OF_BOUNDS, lane, "access out of bounds, " + describe(allocation, at));
    }

    /** Writes 1, 2, 4 or 8 bytes of what was located. */
    public void write(int lane, Allocation to, long at, int width, long bits) {
        if (to.isForbidden(at, width)) {
            throw forbidden(lane, to, at);
        }
        if (to == shared && races != null && !writesWhatIsThere(to, at, width, bits)) {
            checkRace(lane, at, width, true, false);
        }
        to.write(at, width, bits);
    }

    /** Several threads that write the same number there do no harm. */
    private static boolean writesWhatIsThere(Allocation to, long at, int width, long bits) {
        long mask = width == Long.BYTES ? -1 : (1L << (8 * width)) - 1;
        return to.isWritten(at, width) && to.read(at, width) == (bits & mask);
    }

    /** Reads for an atomic operation, whose {@link #writeAtomically} follows. */
    public long readAtomically(int lane, Allocation from, long at, int width) {
        if (!from.isWritten(at, width)) {
            failUnwritten(lane, from, at, width);
        }
        if (from == shared) {
            checkRace(lane, at, width, true, true);
        }
        return from.read(at, width);
    }

    public void writeAtomically(Allocation to, long at, int width, long bits) {
        to.write(at, width, bits);
    }

    /** Notes that a lane will have written there when its asynchronous copy is complete; until then nobody may read it. */
    void announceWrite(int lane, Allocation to, long at, int bytes) {
        for (int done = 0; done < bytes; done += Integer.BYTES) {
            if (to.isForbidden(at + done, Integer.BYTES)) {
                throw forbidden(lane, to, at + done);
            }
        }
        checkRace(lane, at, bytes, true, false);
        to.markUnwritten(at, bytes);
    }

    private void checkRace(int lane, long at, int bytes, boolean write, boolean atomic) {
        RaceDetector detector = races;
        if (detector == null) {
            return;
        }
        int thread = warp.number() * Warp.LANES + lane;
        int other = write ? detector.write(thread, at, bytes, atomic) : detector.read(thread, at, bytes, atomic);
        if (other >= 0) {
            throw warp.fault(
                    KernelFault.Kind.RACE,
                    lane,
                    "race: %s shared memory at 0x%x (%s), which thread %s accesses too, with no barrier between"
                            .formatted(
                                    write ? "writes" : "reads",
                                    at,
                                    describeShared(at),
                                    warp.launch().threads().at(other)));
        }
    }

    private String describe(Allocation allocation, long at) {
        if (allocation == shared) {
            return "shared address 0x%x: %s".formatted(at, describeShared(at));
        }
        if (allocation == local) {
            return "local address 0x%x".formatted(at % localBytes);
        }
        return "%d bytes into %s".formatted(at, allocation);
    }
}
