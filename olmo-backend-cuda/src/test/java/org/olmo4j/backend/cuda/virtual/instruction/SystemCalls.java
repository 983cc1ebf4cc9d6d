package org.olmo4j.backend.cuda.virtual.instruction;

import java.util.List;
import org.olmo4j.backend.cuda.virtual.machine.Instruction;
import org.olmo4j.backend.cuda.virtual.machine.KernelFault;
import org.olmo4j.backend.cuda.virtual.machine.LaneMemory;
import org.olmo4j.backend.cuda.virtual.machine.Warp;
import org.olmo4j.backend.cuda.virtual.memory.Allocation;
import org.olmo4j.backend.cuda.virtual.ptx.PtxInstruction;
import org.olmo4j.backend.cuda.virtual.ptx.StateSpace;

/** The functions that CUDA provides to kernels. */
final class SystemCalls {

    private SystemCalls() {}

    static Instruction of(PtxInstruction instruction, String name, List<Place> arguments, List<Place> results) {
        return switch (name) {
            case "__assertfail" -> new AssertionFailure(arguments);
            case "vprintf" -> new PrintNothing(results);
            default -> throw instruction.error("the virtual GPU does not know the function " + name);
        };
    }

    /** {@code assert} in a kernel: its text, file, line and function are the first arguments. */
    private static final class AssertionFailure extends Instruction {
        private final List<Place> arguments;

        AssertionFailure(List<Place> arguments) {
            this.arguments = arguments;
        }

        @Override
        public void execute(Warp warp, int mask) {
            int lane = Integer.numberOfTrailingZeros(mask);
            throw warp.fault(
                    KernelFault.Kind.TRAP,
                    lane,
                    "assertion failed: %s (%s:%d, %s)"
                            .formatted(
                                    text(warp, lane, 0),
                                    text(warp, lane, 1),
                                    argument(warp, lane, 2, Integer.BYTES),
                                    text(warp, lane, 3)));
        }

        private long argument(Warp warp, int lane, int index, int width) {
            LaneMemory memory = warp.memory();
            Allocation local =
                    memory.locate(StateSpace.LOCAL, lane, arguments.get(index).offset(), width);
            return memory.read(lane, local, memory.offset(), width);
        }

        private String text(Warp warp, int lane, int index) {
            LaneMemory memory = warp.memory();
            StringBuilder text = new StringBuilder();
            for (long at = argument(warp, lane, index, Long.BYTES); ; at++) {
                Allocation from = memory.locate(StateSpace.GENERIC, lane, at, 1);
                char c = (char) memory.read(lane, from, memory.offset(), 1);
                if (c == 0) {
                    return text.toString();
                }
                text.append(c);
            }
        }
    }

    /** {@code printf} in a kernel. */
    private static final class PrintNothing extends Instruction {
        private final List<Place> results;

        PrintNothing(List<Place> results) {
            this.results = results;
        }

        @Override
        public void execute(Warp warp, int mask) {
            LaneMemory memory = warp.memory();
            for (int lanes = mask; lanes != 0; lanes &= lanes - 1) {
                int lane = Integer.numberOfTrailingZeros(lanes);
                for (Place result : results) {
                    Allocation local = memory.locate(StateSpace.LOCAL, lane, result.offset(), Integer.BYTES);
                    memory.write(lane, local, memory.offset(), Integer.BYTES, 0);
                }
            }
        }
    }
}
