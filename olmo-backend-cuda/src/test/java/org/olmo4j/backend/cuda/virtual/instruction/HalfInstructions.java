package org.olmo4j.backend.cuda.virtual.instruction;

import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;
import java.util.function.LongBinaryOperator;
import java.util.function.LongUnaryOperator;
import org.jspecify.annotations.Nullable;
import org.olmo4j.backend.cuda.virtual.machine.Instruction;
import org.olmo4j.backend.cuda.virtual.ptx.PtxInstruction;
import org.olmo4j.backend.cuda.virtual.ptx.PtxType;

/** Arithmetic of numbers of 16 bits, alone and in pairs (PTX ISA, "Half Precision Floating-Point"). */
final class HalfInstructions {

    /** On the values of three numbers, exact or made odd. */
    @FunctionalInterface
    private interface DoubleTernaryOperator {
        double applyAsDouble(double a, double b, double c);
    }

    private HalfInstructions() {}

    static @Nullable Instruction translate(PtxInstruction instruction, Frame frame) {
        if (instruction.types().isEmpty() || Rounding.of(instruction) != Rounding.NEAREST) {
            return null;
        }
        PtxType type = instruction.types().getFirst();
        return switch (type) {
            case F16, BF16, F16X2, BF16X2 -> translate(instruction, frame, type);
            default -> null;
        };
    }

    private static @Nullable Instruction translate(PtxInstruction instruction, Frame frame, PtxType type) {
        boolean pair = type == PtxType.F16X2 || type == PtxType.BF16X2;
        return switch (instruction.name()) {
            case "neg" -> unary(instruction, frame, pair ? x -> x ^ 0x8000_8000L : x -> x ^ 0x8000L);
            case "abs" -> unary(instruction, frame, pair ? x -> x & 0x7FFF_7FFFL : x -> x & 0x7FFFL);
            case "ex2" -> unary(instruction, frame, lift(instruction, type, (DoubleUnaryOperator) a -> Math.pow(2, a)));
            case "tanh" -> unary(instruction, frame, lift(instruction, type, (DoubleUnaryOperator) Math::tanh));
            case "add" -> binary(instruction, frame, lift(instruction, type, (DoubleBinaryOperator) Rounding::sum));
            case "sub" ->
                binary(instruction, frame, lift(instruction, type, (DoubleBinaryOperator)
                        (a, b) -> Rounding.sum(a, -b)));
            case "mul" -> binary(instruction, frame, lift(instruction, type, (DoubleBinaryOperator) (a, b) -> a * b));
            case "min" -> binary(instruction, frame, lift(instruction, type, extreme(instruction, Math::min)));
            case "max" -> binary(instruction, frame, lift(instruction, type, extreme(instruction, Math::max)));
            case "fma" ->
                ternary(instruction, frame, lift(instruction, type, (DoubleTernaryOperator) Rounding::productAndSum));
            default -> null;
        };
    }

    private static DoubleBinaryOperator extreme(PtxInstruction instruction, DoubleBinaryOperator ofNumbers) {
        return instruction.has("NaN")
                ? ofNumbers
                : (a, b) -> Double.isNaN(a) ? b : Double.isNaN(b) ? a : ofNumbers.applyAsDouble(a, b);
    }

    private static Instruction unary(PtxInstruction instruction, Frame frame, LongUnaryOperator operation) {
        int operand = frame.read(instruction, instruction.operands().get(1), PtxType.B32);
        int result = frame.write(instruction, instruction.operands().getFirst());
        return Operations.unary(instruction.opcode(), operation, result, operand);
    }

    private static Instruction binary(PtxInstruction instruction, Frame frame, LongBinaryOperator operation) {
        int first = frame.read(instruction, instruction.operands().get(1), PtxType.B32);
        int second = frame.read(instruction, instruction.operands().get(2), PtxType.B32);
        int result = frame.write(instruction, instruction.operands().getFirst());
        return Operations.binary(instruction.opcode(), operation, result, first, second);
    }

    private static Instruction ternary(PtxInstruction instruction, Frame frame, Loops.LongTernaryOperator operation) {
        int first = frame.read(instruction, instruction.operands().get(1), PtxType.B32);
        int second = frame.read(instruction, instruction.operands().get(2), PtxType.B32);
        int third = frame.read(instruction, instruction.operands().get(3), PtxType.B32);
        int result = frame.write(instruction, instruction.operands().getFirst());
        return Operations.ternary(instruction.opcode(), operation, result, first, second, third);
    }

    private static double finish(PtxInstruction instruction, double value) {
        if (instruction.has("sat")) {
            return Double.isNaN(value) ? 0 : Math.clamp(value, 0.0, 1.0);
        }
        return instruction.has("relu") && value < 0 ? 0 : value;
    }

    private static LongUnaryOperator lift(PtxInstruction instruction, PtxType type, DoubleUnaryOperator operation) {
        HalfFormat format = HalfFormat.of(type);
        LongUnaryOperator one = a -> format.fromDouble(finish(instruction, operation.applyAsDouble(format.toFloat(a))));
        return type.bits() == 16 ? one : a -> pair(one.applyAsLong(a), one.applyAsLong(a >>> 16));
    }

    private static LongBinaryOperator lift(PtxInstruction instruction, PtxType type, DoubleBinaryOperator operation) {
        HalfFormat format = HalfFormat.of(type);
        LongBinaryOperator one = (a, b) ->
                format.fromDouble(finish(instruction, operation.applyAsDouble(format.toFloat(a), format.toFloat(b))));
        return type.bits() == 16 ? one : (a, b) -> pair(one.applyAsLong(a, b), one.applyAsLong(a >>> 16, b >>> 16));
    }

    private static Loops.LongTernaryOperator lift(
            PtxInstruction instruction, PtxType type, DoubleTernaryOperator operation) {
        HalfFormat format = HalfFormat.of(type);
        Loops.LongTernaryOperator one = (a, b, c) -> format.fromDouble(
                finish(instruction, operation.applyAsDouble(format.toFloat(a), format.toFloat(b), format.toFloat(c))));
        return type.bits() == 16
                ? one
                : (a, b, c) -> pair(one.applyAsLong(a, b, c), one.applyAsLong(a >>> 16, b >>> 16, c >>> 16));
    }

    static long pair(long low, long high) {
        return (low & 0xFFFF) | (high & 0xFFFF) << 16;
    }
}
