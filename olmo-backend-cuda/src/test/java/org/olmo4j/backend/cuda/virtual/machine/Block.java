package org.olmo4j.backend.cuda.virtual.machine;

import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;
import org.olmo4j.backend.cuda.virtual.memory.Allocation;

/**
 * A block of threads: its warps, its shared memory and its barriers. Used by one thread at a time, for one block of a launch after another, and for later
 * launches of the same shape.
 */
public final class Block {

    private static final int BARRIERS = 16;

    private final Workspace workspace;
    private Launch launch;
    private final Allocation shared;
    private final Allocation local;
    private final Allocation parameters;
    private final @Nullable RaceDetector races;
    private final int sharedExtent;
    private final Warp[] warps;
    private final Barrier[] barriers = new Barrier[BARRIERS];
    private Dimensions position = new Dimensions(0, 0, 0);
    private long instructions;

    Block(Launch launch) {
        this.launch = launch;
        workspace = new Workspace();
        Kernel kernel = launch.kernel();
        int count = (int) ((launch.threads().count() + Warp.LANES - 1) / Warp.LANES);
        sharedExtent = kernel.dynamicSharedOffset() + launch.dynamicSharedBytes();
        // Room behind the last variable, so that reading over its end finds forbidden bytes.
        shared = workspace.shared(sharedExtent + Long.BYTES * 32L);
        local = workspace.local((long) count * Warp.LANES * kernel.localBytes());
        parameters = workspace.parameters(launch.parameters());
        races = launch.checks().races() && count * Warp.LANES > 1 && usesSharedMemory(kernel)
                ? workspace.races()
                : null;
        for (int i = 0; i < BARRIERS; i++) {
            barriers[i] = new Barrier(i);
        }
        warps = new Warp[count];
        for (int i = 0; i < count; i++) {
            warps[i] = new Warp(this, i);
        }
    }

    /** Whether it can be used for a launch: all must be the same but the values of the parameters and the number of blocks. */
    @SuppressWarnings("ReferenceEquality") // Kernels and memories are things, not values.
    boolean fits(Launch other) {
        return launch.kernel() == other.kernel()
                && launch.threads().equals(other.threads())
                && launch.dynamicSharedBytes() == other.dynamicSharedBytes()
                && launch.memory() == other.memory()
                && launch.checks().equals(other.checks());
    }

    /** Makes it ready for the blocks of another launch, which it {@linkplain #fits fits}. */
    void use(Launch next) {
        launch = next;
        workspace.parameters(next.parameters());
        for (Warp warp : warps) {
            warp.memory().forgetFound();
        }
    }

    private boolean usesSharedMemory(Kernel kernel) {
        return !kernel.shared().isEmpty() || launch.dynamicSharedBytes() > 0;
    }

    void start(Dimensions position) {
        this.position = position;
        instructions = 0;
        Kernel kernel = launch.kernel();
        if (usesSharedMemory(kernel)) {
            shared.forget(0, sharedExtent);
            shared.markForbidden(0, shared.bytes());
            for (Kernel.SharedVariable variable : kernel.shared()) {
                shared.markUnwritten(variable.offset(), variable.bytes());
            }
            shared.markUnwritten(kernel.dynamicSharedOffset(), launch.dynamicSharedBytes());
        } else {
            shared.markForbidden(0, shared.bytes());
        }
        local.forget(0, (long) warps.length * Warp.LANES * kernel.localBytes());
        RaceDetector detector = races;
        if (detector != null) {
            detector.startBlock(sharedExtent, kernel.narrowestSharedAccess());
        }
        for (Barrier barrier : barriers) {
            barrier.reset();
        }
        for (Warp warp : warps) {
            warp.start();
        }
    }

    /** Lets each warp run for a while; returns whether the block has ended. */
    boolean run(int stepsOfWarp) {
        boolean progress = false;
        boolean ended = true;
        for (Warp warp : warps) {
            if (warp.state() == Warp.State.RUNNING) {
                instructions += warp.run(stepsOfWarp);
                progress = true;
                if (warp.state() != Warp.State.RUNNING) {
                    stopped(warp);
                }
            }
            ended &= warp.state() == Warp.State.ENDED;
        }
        if (instructions > launch.checks().warpInstructionsPerBlock()) {
            throw new KernelFault(
                    KernelFault.Kind.ENDLESS,
                    "kernel " + launch.kernel().name() + ", block " + position + ": more than "
                            + launch.checks().warpInstructionsPerBlock() + " instructions, and no end; "
                            + describeWarps());
        }
        if (!progress && !ended) {
            throw new KernelFault(
                    KernelFault.Kind.BARRIER,
                    "deadlock: kernel " + launch.kernel().name() + ", block " + position
                            + ": all warps that have not ended wait at barriers; " + describeWarps());
        }
        return ended;
    }

    private void stopped(Warp warp) {
        if (warp.state() == Warp.State.AT_BARRIER) {
            arrive(warp, warp.barrierWait());
        } else {
            for (Barrier barrier : barriers) {
                openIfComplete(barrier);
            }
        }
    }

    /** A warp has come to a barrier, or only says so and goes on. */
    public void arrive(Warp warp, BarrierWait wait) {
        Barrier barrier = barriers[wait.barrier()];
        barrier.arrive(warp, wait);
        openIfComplete(barrier);
    }

    private void openIfComplete(Barrier barrier) {
        if (barrier.arrivedWarps() == 0) {
            return;
        }
        int expected = barrier.expectedThreads() == 0 ? liveWarps() * Warp.LANES : barrier.expectedThreads();
        if (barrier.arrivedThreads() < expected) {
            return;
        }
        int arrived = barrier.arrivedWarps();
        int holding = barrier.holding();
        int lanes = barrier.lanes();
        int number = barrier.number();
        barrier.reset();
        RaceDetector detector = races;
        if (detector != null) {
            detector.syncWarps(arrived);
        }
        for (Warp warp : warps) {
            if (warp.state() == Warp.State.AT_BARRIER && warp.barrierWait().barrier() == number) {
                warp.passBarrier(holding, lanes);
            }
        }
    }

    private int liveWarps() {
        int live = 0;
        for (Warp warp : warps) {
            live += warp.state() == Warp.State.ENDED ? 0 : 1;
        }
        return live;
    }

    private String describeWarps() {
        StringJoiner text = new StringJoiner(" | ");
        for (Warp warp : warps) {
            text.add(warp.describe());
        }
        return text.toString();
    }

    /** How many instructions its lanes have executed since it was asked last. */
    long takeLaneInstructions() {
        long sum = 0;
        for (Warp warp : warps) {
            sum += warp.takeLaneInstructions();
        }
        return sum;
    }

    Launch launch() {
        return launch;
    }

    public Dimensions position() {
        return position;
    }

    Allocation shared() {
        return shared;
    }

    Allocation local() {
        return local;
    }

    Allocation parameters() {
        return parameters;
    }

    @Nullable
    RaceDetector races() {
        return races;
    }

    /** A barrier among the lanes of a warp orders their accesses to shared memory. */
    public void syncLanes(Warp warp) {
        RaceDetector detector = races;
        if (detector != null) {
            detector.syncWarp(warp.number());
        }
    }
}
