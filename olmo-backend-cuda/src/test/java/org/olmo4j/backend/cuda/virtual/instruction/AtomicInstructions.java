package org.olmo4j.backend.cuda.virtual.instruction;

import java.util.function.LongBinaryOperator;
import java.util.function.LongUnaryOperator;
import org.jspecify.annotations.Nullable;
import org.olmo4j.backend.cuda.virtual.machine.Instruction;
import org.olmo4j.backend.cuda.virtual.machine.LaneMemory;
import org.olmo4j.backend.cuda.virtual.machine.Warp;
import org.olmo4j.backend.cuda.virtual.memory.Allocation;
import org.olmo4j.backend.cuda.virtual.ptx.Operand;
import org.olmo4j.backend.cuda.virtual.ptx.PtxInstruction;
import org.olmo4j.backend.cuda.virtual.ptx.PtxType;
import org.olmo4j.backend.cuda.virtual.ptx.StateSpace;

/** {@code atom} and {@code red}: operations that no other thread can come between, the lanes one after another. */
final class AtomicInstructions {

    /** What becomes of the number in memory. */
    @FunctionalInterface
    private interface Change {
        long apply(long old, long operand, long secondOperand);
    }

    private AtomicInstructions() {}

    static @Nullable Instruction translate(PtxInstruction instruction, Frame frame) {
        boolean reduction = instruction.name().equals("red");
        if (reduction ? instruction.has("async") : !instruction.name().equals("atom")) {
            return null;
        }
        PtxType type = instruction.types().getLast();
        Change change = change(instruction, type);
        return change == null || instruction.operands().getLast() instanceof Operand.Vector
                ? null
                : new Atomic(instruction, frame, type, change, reduction);
    }

    private static @Nullable Change change(PtxInstruction instruction, PtxType type) {
        if (instruction.has("exch")) {
            return (old, operand, second) -> operand;
        }
        if (instruction.has("cas")) {
            long mask = Numbers.mask(type);
            return (old, compare, value) -> (old & mask) == (compare & mask) ? value : old;
        }
        if (instruction.has("inc")) {
            return (old, limit, second) -> old >= (limit & 0xFFFF_FFFFL) ? 0 : old + 1;
        }
        if (instruction.has("dec")) {
            return (old, limit, second) -> old == 0 || old > (limit & 0xFFFF_FFFFL) ? limit : old - 1;
        }
        LongBinaryOperator operator = operator(instruction, type);
        return operator == null ? null : (old, operand, second) -> operator.applyAsLong(old, operand);
    }

    private static @Nullable LongBinaryOperator operator(PtxInstruction instruction, PtxType type) {
        LongUnaryOperator widen = Numbers.widen(type);
        boolean unsigned64 = type == PtxType.U64;
        if (instruction.has("add")) {
            return add(type);
        }
        if (instruction.has("and")) {
            return (a, b) -> a & b;
        }
        if (instruction.has("or")) {
            return (a, b) -> a | b;
        }
        if (instruction.has("xor")) {
            return (a, b) -> a ^ b;
        }
        if (type.isFloat()) {
            return null;
        }
        if (instruction.has("min")) {
            return (a, b) -> unsigned64
                    ? Long.compareUnsigned(a, b) < 0 ? a : b
                    : Math.min(widen.applyAsLong(a), widen.applyAsLong(b));
        }
        if (instruction.has("max")) {
            return (a, b) -> unsigned64
                    ? Long.compareUnsigned(a, b) < 0 ? b : a
                    : Math.max(widen.applyAsLong(a), widen.applyAsLong(b));
        }
        return null;
    }

    private static LongBinaryOperator add(PtxType type) {
        return switch (type) {
            case F32 ->
                (a, b) -> Float.floatToRawIntBits(Float.intBitsToFloat((int) a) + Float.intBitsToFloat((int) b));
            case F64 -> (a, b) -> Double.doubleToRawLongBits(Double.longBitsToDouble(a) + Double.longBitsToDouble(b));
            case F16, BF16 -> addHalf(type);
            case F16X2, BF16X2 -> {
                LongBinaryOperator one = addHalf(type);
                yield (a, b) -> HalfInstructions.pair(one.applyAsLong(a, b), one.applyAsLong(a >>> 16, b >>> 16));
            }
            default -> Long::sum;
        };
    }

    private static LongBinaryOperator addHalf(PtxType type) {
        HalfFormat format = HalfFormat.of(type);
        return (a, b) -> format.fromDouble(Rounding.sum(format.toFloat(a), format.toFloat(b)));
    }

    private static final class Atomic extends Instruction {
        private final StateSpace space;
        private final Place place;
        private final int width;
        private final Change change;
        private final int result;
        private final int operand;
        private final int secondOperand;

        Atomic(PtxInstruction instruction, Frame frame, PtxType type, Change change, boolean reduction) {
            int first = reduction ? 0 : 1;
            place = frame.place(instruction, instruction.operands().get(first), Spaces.of(instruction));
            space = place.space();
            width = type.bytes();
            this.change = change;
            operand = frame.read(instruction, instruction.operands().get(first + 1), type) * Warp.LANES;
            boolean two = instruction.has("cas");
            secondOperand =
                    two ? frame.read(instruction, instruction.operands().get(first + 2), type) * Warp.LANES : operand;
            result = reduction
                    ? frame.newRow() * Warp.LANES
                    : frame.write(instruction, instruction.operands().getFirst()) * Warp.LANES;
            frame.noteSharedAccess(space, width);
        }

        @Override
        public void execute(Warp warp, int mask) {
            long[] registers = warp.registers();
            LaneMemory memory = warp.memory();
            for (int lanes = mask; lanes != 0; lanes &= lanes - 1) {
                int lane = Integer.numberOfTrailingZeros(lanes);
                long address = registers[place.base() * Warp.LANES + lane] + place.offset();
                Allocation target = memory.locate(space, lane, address, width);
                long at = memory.offset();
                // Blocks run on several threads.
                synchronized (target) {
                    long old = memory.readAtomically(lane, target, at, width);
                    memory.writeAtomically(
                            target,
                            at,
                            width,
                            change.apply(old, registers[operand + lane], registers[secondOperand + lane]));
                    registers[result + lane] = old;
                }
            }
        }
    }
}
