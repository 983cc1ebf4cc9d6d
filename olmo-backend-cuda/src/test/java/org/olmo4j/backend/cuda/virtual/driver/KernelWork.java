package org.olmo4j.backend.cuda.virtual.driver;

import java.util.Optional;
import org.olmo4j.backend.cuda.virtual.machine.Dimensions;
import org.olmo4j.backend.cuda.virtual.machine.KernelFault;
import org.olmo4j.backend.cuda.virtual.machine.Launch;
import org.olmo4j.backend.cuda.virtual.memory.Allocation;

/** A launch of a kernel whose turn has yet to come. */
final class KernelWork implements Work {

    /** What the grid barrier of cooperative groups uses of the memory that it gets. */
    private static final long GRID_WORKSPACE_BYTES = 64;

    private final DriverState state;
    private final KernelOnDevice kernel;
    private final Dimensions blocks;
    private final Dimensions threads;
    private final int sharedBytes;
    private final byte[] parameters;
    private final boolean cooperative;

    KernelWork(
            DriverState state,
            KernelOnDevice kernel,
            Dimensions blocks,
            Dimensions threads,
            int sharedBytes,
            byte[] parameters,
            boolean cooperative) {
        this.state = state;
        this.kernel = kernel;
        this.blocks = blocks;
        this.threads = threads;
        this.sharedBytes = sharedBytes;
        this.parameters = parameters;
        this.cooperative = cooperative;
    }

    @Override
    public void run() {
        if (state.hasFailed()) {
            return;
        }
        String name = kernel.kernel().name();
        state.tally().launch(name);
        Optional<CudaResult> planned = state.plannedFaults().ofLaunch(name);
        if (planned.isPresent()) {
            state.fail(planned.get(), "the test has planned that kernel " + name + " fails");
            return;
        }
        Optional<Allocation> workspace = cooperative
                ? kernel.context().memory().allocate("grid barrier", GRID_WORKSPACE_BYTES)
                : Optional.empty();
        workspace.ifPresent(memory -> {
            memory.content().fill((byte) 0);
            memory.markWritten(0, GRID_WORKSPACE_BYTES);
        });
        try {
            state.machine()
                    .run(new Launch(
                            kernel.kernel(),
                            blocks,
                            threads,
                            sharedBytes,
                            parameters,
                            cooperative,
                            workspace.map(Allocation::base).orElse(0L),
                            kernel.context().memory(),
                            state.checks()));
        } catch (KernelFault fault) {
            state.fail(fault);
        } finally {
            workspace.ifPresent(memory -> kernel.context().memory().free(memory.base()));
        }
    }
}
