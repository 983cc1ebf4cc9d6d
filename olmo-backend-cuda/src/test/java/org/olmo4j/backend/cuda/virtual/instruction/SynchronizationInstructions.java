package org.olmo4j.backend.cuda.virtual.instruction;

import java.lang.invoke.VarHandle;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.olmo4j.backend.cuda.virtual.machine.BarrierWait;
import org.olmo4j.backend.cuda.virtual.machine.ConvergentInstruction;
import org.olmo4j.backend.cuda.virtual.machine.Instruction;
import org.olmo4j.backend.cuda.virtual.machine.KernelFault;
import org.olmo4j.backend.cuda.virtual.machine.Warp;
import org.olmo4j.backend.cuda.virtual.ptx.Operand;
import org.olmo4j.backend.cuda.virtual.ptx.PtxInstruction;
import org.olmo4j.backend.cuda.virtual.ptx.PtxType;

/** Barriers and fences, and what ends or stops a kernel. */
final class SynchronizationInstructions {

    private static final int BARRIERS = 16;

    private SynchronizationInstructions() {}

    static @Nullable Instruction translate(PtxInstruction instruction, Frame frame) {
        return switch (instruction.name()) {
            case "bar", "barrier" -> barrier(instruction, frame);
            case "membar", "fence" -> new Fence();
            case "griddepcontrol", "nanosleep", "pmevent", "setmaxnreg" -> new MemoryInstructions.Nothing();
            case "trap" -> new Trap("trap");
            case "brkpt" -> new Trap("breakpoint");
            default -> null;
        };
    }

    private static @Nullable Instruction barrier(PtxInstruction instruction, Frame frame) {
        if (instruction.has("warp")) {
            return new LaneBarrier(instruction, frame);
        }
        if (instruction.has("cluster")) {
            return null;
        }
        return new BlockBarrier(instruction, frame);
    }

    private static final class BlockBarrier extends ConvergentInstruction {
        private final boolean aligned;
        private final boolean arriveOnly;
        private final @Nullable String reduction;
        private final int number;
        private final int threads;
        private final int resultRow;
        private final int resultPredicate;
        private final Frame.@Nullable Predicate predicate;

        BlockBarrier(PtxInstruction instruction, Frame frame) {
            // bar is barrier.cta.aligned by another name.
            aligned = instruction.name().equals("bar") || instruction.has("aligned");
            arriveOnly = instruction.has("arrive");
            boolean reduces = instruction.has("red");
            reduction = reduces ? reduction(instruction) : null;
            List<Operand> operands = instruction.operands();
            int first = reduces ? 1 : 0;
            int last = operands.size() - (reduces ? 1 : 0);
            number = frame.read(instruction, operands.get(first), PtxType.U32) * Warp.LANES;
            threads = (last - first > 1
                            ? frame.read(instruction, operands.get(first + 1), PtxType.U32)
                            : frame.constant(0))
                    * Warp.LANES;
            predicate = reduces ? frame.readPredicate(instruction, operands.getLast()) : null;
            boolean counts = "popc".equals(reduction);
            resultRow = counts ? frame.write(instruction, operands.getFirst()) * Warp.LANES : -1;
            resultPredicate = reduces && !counts ? frame.writePredicate(instruction, operands.getFirst()) : -1;
        }

        private static String reduction(PtxInstruction instruction) {
            return instruction.has("popc") ? "popc" : instruction.has("and") ? "and" : "or";
        }

        @Override
        public int members(Warp warp, int active) {
            return aligned ? -1 : active;
        }

        @Override
        public void execute(Warp warp, int mask) {
            if (aligned && mask != warp.alive()) {
                throw warp.fault(
                        KernelFault.Kind.BARRIER,
                        "barrier divergence: only the lanes %08x of %08x come to the barrier"
                                .formatted(mask, warp.alive()));
            }
            int lane = Integer.numberOfTrailingZeros(mask);
            long which = warp.registers()[number + lane] & 0xFFFF_FFFFL;
            int expected = (int) warp.registers()[threads + lane];
            if (which >= BARRIERS || expected % Warp.LANES != 0) {
                throw warp.fault(
                        KernelFault.Kind.BARRIER, "there is no barrier " + which + " for " + expected + " threads");
            }
            Frame.Predicate asked = predicate;
            int holding = 0;
            if (asked != null) {
                int holds = warp.predicates()[asked.index()];
                holding = Integer.bitCount(mask & (asked.negated() ? ~holds : holds));
            }
            BarrierWait wait = new BarrierWait(
                    (int) which,
                    expected,
                    this,
                    holding,
                    (released, all, count) -> setResult(released, mask, all, count));
            if (arriveOnly) {
                warp.block().arrive(warp, wait);
            } else {
                warp.waitAtBarrier(wait);
            }
        }

        private void setResult(Warp warp, int mask, int holding, int threadsAsked) {
            if (resultRow >= 0) {
                for (int lanes = mask; lanes != 0; lanes &= lanes - 1) {
                    warp.registers()[resultRow + Integer.numberOfTrailingZeros(lanes)] = holding;
                }
            }
            if (resultPredicate >= 0) {
                boolean holds = "and".equals(reduction) ? holding == threadsAsked : holding > 0;
                int[] predicates = warp.predicates();
                predicates[resultPredicate] = (predicates[resultPredicate] & ~mask) | (holds ? mask : 0);
            }
        }
    }

    /** {@code bar.warp.sync}. */
    private static final class LaneBarrier extends ConvergentInstruction {
        private final int members;

        LaneBarrier(PtxInstruction instruction, Frame frame) {
            members = frame.read(instruction, instruction.operands().getFirst(), PtxType.B32) * Warp.LANES;
        }

        @Override
        public int members(Warp warp, int active) {
            return (int) warp.registers()[members + Integer.numberOfTrailingZeros(active)];
        }

        @Override
        public void execute(Warp warp, int mask) {
            warp.block().syncLanes(warp);
        }
    }

    /** Blocks run on several threads of the JVM. */
    private static final class Fence extends Instruction {
        @Override
        public void execute(Warp warp, int mask) {
            VarHandle.fullFence();
        }
    }

    /** Ends the kernel with a fault. */
    static final class Trap extends Instruction {
        private final String what;

        Trap(String what) {
            this.what = what;
        }

        @Override
        public void execute(Warp warp, int mask) {
            throw warp.fault(KernelFault.Kind.TRAP, Integer.numberOfTrailingZeros(mask), what);
        }
    }
}
