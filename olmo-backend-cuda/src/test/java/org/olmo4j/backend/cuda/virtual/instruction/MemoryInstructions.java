package org.olmo4j.backend.cuda.virtual.instruction;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.olmo4j.backend.cuda.virtual.machine.Instruction;
import org.olmo4j.backend.cuda.virtual.machine.LaneMemory;
import org.olmo4j.backend.cuda.virtual.machine.Warp;
import org.olmo4j.backend.cuda.virtual.memory.Allocation;
import org.olmo4j.backend.cuda.virtual.ptx.Operand;
import org.olmo4j.backend.cuda.virtual.ptx.PtxInstruction;
import org.olmo4j.backend.cuda.virtual.ptx.PtxType;
import org.olmo4j.backend.cuda.virtual.ptx.StateSpace;

/** Loads and stores of all spaces and widths, and asynchronous copies (PTX ISA, "Data Movement"). Caches have no effect here. */
final class MemoryInstructions {

    private MemoryInstructions() {}

    static @Nullable Instruction translate(PtxInstruction instruction, Frame frame) {
        return switch (instruction.name()) {
            case "ld", "ldu" -> new Load(instruction, frame);
            case "st" -> new Store(instruction, frame);
            case "isspacep" -> new MovementInstructions.IsInSpace(instruction, frame, Spaces.of(instruction));
            case "prefetch", "prefetchu", "applypriority", "discard" -> new Nothing();
            case "cp" -> instruction.has("async") ? asynchronousCopy(instruction, frame) : null;
            default -> null;
        };
    }

    private static @Nullable Instruction asynchronousCopy(PtxInstruction instruction, Frame frame) {
        if (instruction.has("bulk") || instruction.has("mbarrier")) {
            return null;
        }
        if (instruction.has("commit_group")) {
            return new CloseCopyGroup();
        }
        if (instruction.has("wait_group")) {
            return new AwaitCopies(((Operand.Whole) instruction.operands().getFirst()).value());
        }
        return instruction.has("wait_all") ? new AwaitCopies(-1) : new Copy(instruction, frame);
    }

    private static List<Operand> elements(Operand operand) {
        return operand instanceof Operand.Vector vector ? vector.elements() : List.of(operand);
    }

    /** The fence, the hint, or whatever else has nothing to do here. */
    static final class Nothing extends Instruction {
        @Override
        public void execute(Warp warp, int mask) {
            // Nothing to do.
        }
    }

    private static final class Load extends Instruction {
        private final StateSpace space;
        private final int base;
        private final long offset;
        private final int width;
        private final int unusedBits;
        private final boolean signed;
        private final int[] results;

        Load(PtxInstruction instruction, Frame frame) {
            PtxType type = instruction.types().getLast();
            Place place = frame.place(instruction, instruction.operands().get(1), Spaces.of(instruction));
            space = place.space();
            base = place.base() * Warp.LANES;
            offset = place.offset();
            width = type.bytes();
            if (width > Long.BYTES) {
                throw instruction.error("not supported by the virtual GPU");
            }
            signed = type.isSigned();
            unusedBits = Long.SIZE - type.bits();
            results = elements(instruction.operands().getFirst()).stream()
                    .mapToInt(element -> frame.write(instruction, element) * Warp.LANES)
                    .toArray();
            frame.noteSharedAccess(space, width);
        }

        @Override
        public void execute(Warp warp, int mask) {
            long[] registers = warp.registers();
            LaneMemory memory = warp.memory();
            int bytes = width * results.length;
            Allocation from = null;
            for (int lanes = mask; lanes != 0; lanes &= lanes - 1) {
                int lane = Integer.numberOfTrailingZeros(lanes);
                from = memory.locateNear(from, space, lane, registers[base + lane] + offset, bytes);
                long at = memory.offset();
                for (int result : results) {
                    long bits = memory.read(lane, from, at, width);
                    registers[result + lane] = signed ? bits << unusedBits >> unusedBits : bits;
                    at += width;
                }
            }
        }
    }

    private static final class Store extends Instruction {
        private final StateSpace space;
        private final int base;
        private final long offset;
        private final int width;
        private final int[] values;

        Store(PtxInstruction instruction, Frame frame) {
            PtxType type = instruction.types().getLast();
            Place place = frame.place(instruction, instruction.operands().get(0), Spaces.of(instruction));
            space = place.space();
            base = place.base() * Warp.LANES;
            offset = place.offset();
            width = type.bytes();
            if (width > Long.BYTES) {
                throw instruction.error("not supported by the virtual GPU");
            }
            values = elements(instruction.operands().get(1)).stream()
                    .mapToInt(element -> frame.read(instruction, element, type) * Warp.LANES)
                    .toArray();
            frame.noteSharedAccess(space, width);
        }

        @Override
        public void execute(Warp warp, int mask) {
            long[] registers = warp.registers();
            LaneMemory memory = warp.memory();
            int bytes = width * values.length;
            Allocation to = null;
            for (int lanes = mask; lanes != 0; lanes &= lanes - 1) {
                int lane = Integer.numberOfTrailingZeros(lanes);
                to = memory.locateNear(to, space, lane, registers[base + lane] + offset, bytes);
                long at = memory.offset();
                for (int value : values) {
                    memory.write(lane, to, at, width, registers[value + lane]);
                    at += width;
                }
            }
        }
    }

    /** {@code cp.async}: of 4, 8 or 16 bytes to shared memory, of which only the first may come from the source and the rest are zeros. */
    private static final class Copy extends Instruction {
        private final Place to;
        private final Place from;
        private final int room;
        private final int bytes;

        Copy(PtxInstruction instruction, Frame frame) {
            List<Operand> operands = instruction.operands();
            to = frame.place(instruction, operands.get(0), StateSpace.SHARED);
            from = frame.place(instruction, operands.get(1), StateSpace.GLOBAL);
            room = (int) ((Operand.Whole) operands.get(2)).value();
            boolean partial =
                    operands.size() > 3 && !instruction.modifiers().getLast().startsWith("L2::cache_hint");
            bytes = frame.read(instruction, partial ? operands.get(3) : operands.get(2), PtxType.U32) * Warp.LANES;
            frame.noteSharedAccess(StateSpace.SHARED, Integer.BYTES);
        }

        @Override
        public void execute(Warp warp, int mask) {
            long[] registers = warp.registers();
            LaneMemory memory = warp.memory();
            for (int lanes = mask; lanes != 0; lanes &= lanes - 1) {
                int lane = Integer.numberOfTrailingZeros(lanes);
                int count = Math.min((int) registers[bytes + lane], room);
                Allocation target = memory.locate(
                        StateSpace.SHARED, lane, registers[to.base() * Warp.LANES + lane] + to.offset(), room);
                long targetOffset = memory.offset();
                Allocation source = target;
                long sourceOffset = 0;
                if (count > 0) {
                    source = memory.locate(
                            StateSpace.GLOBAL, lane, registers[from.base() * Warp.LANES + lane] + from.offset(), room);
                    sourceOffset = memory.offset();
                }
                warp.copies().begin(lane, target, targetOffset, source, sourceOffset, count, room);
            }
        }
    }

    private static final class CloseCopyGroup extends Instruction {
        @Override
        public void execute(Warp warp, int mask) {
            warp.copies().closeGroup(mask);
        }
    }

    private static final class AwaitCopies extends Instruction {
        private final long butForGroups;

        /** @param butForGroups -1 for all copies, whether their group is closed or not */
        AwaitCopies(long butForGroups) {
            this.butForGroups = butForGroups;
        }

        @Override
        public void execute(Warp warp, int mask) {
            if (butForGroups < 0) {
                warp.copies().awaitAll(mask);
            } else {
                warp.copies().await(mask, (int) butForGroups);
            }
        }
    }
}
