package org.olmo4j.backend.cuda.virtual.instruction;

import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;
import java.util.function.LongBinaryOperator;
import java.util.function.LongUnaryOperator;
import org.jspecify.annotations.Nullable;
import org.olmo4j.backend.cuda.virtual.machine.Instruction;
import org.olmo4j.backend.cuda.virtual.ptx.PtxInstruction;
import org.olmo4j.backend.cuda.virtual.ptx.PtxType;

/**
 * Arithmetic of numbers of 32 and 64 bits (PTX ISA, "Floating-Point"). What PTX calls approximate is here the correctly rounded result, or nearly so: a
 * GPU gives other last bits, and what depends on them is not tested here.
 */
final class FloatInstructions {

    private static final int NAN_32 = 0x7FFF_FFFF;
    private static final long NAN_64 = 0x7FFF_FFFF_FFFF_FFFFL;

    /** Of 32-bit numbers. */
    @FunctionalInterface
    interface FloatUnary {
        float apply(float a);
    }

    @FunctionalInterface
    interface FloatBinary {
        float apply(float a, float b);
    }

    @FunctionalInterface
    interface FloatTernary {
        float apply(float a, float b, float c);
    }

    private FloatInstructions() {}

    static @Nullable Instruction translate(PtxInstruction instruction, Frame frame) {
        if (instruction.types().isEmpty()) {
            return null;
        }
        return switch (instruction.types().getFirst()) {
            case F32 -> translate32(instruction, frame);
            case F64 -> translate64(instruction, frame);
            default -> null;
        };
    }

    private static @Nullable Instruction translate32(PtxInstruction instruction, Frame frame) {
        return switch (instruction.name()) {
            case "neg" -> unary(instruction, frame, flushed(instruction, x -> x ^ 0x8000_0000L));
            case "abs" -> unary(instruction, frame, flushed(instruction, x -> x & 0x7FFF_FFFFL));
            case "rcp", "sqrt", "rsqrt", "sin", "cos", "lg2", "ex2", "tanh" ->
                unary(instruction, frame, lift(instruction, unary32(instruction)));
            case "add", "sub", "mul", "div" -> binary(instruction, frame, lift(instruction, binary32(instruction)));
            case "min", "max" ->
                instruction.operands().size() > 3
                        ? ternary(instruction, frame, lift(instruction, extremeOfThree(instruction)))
                        : binary(instruction, frame, lift(instruction, extreme(instruction)));
            case "copysign" ->
                binary(instruction, frame, (sign, value) -> (value & 0x7FFF_FFFFL) | (sign & 0x8000_0000L));
            case "fma", "mad" -> ternary(instruction, frame, lift(instruction, fma32(instruction)));
            default -> null;
        };
    }

    private static Instruction unary(PtxInstruction instruction, Frame frame, LongUnaryOperator operation) {
        int operand = frame.read(
                instruction, instruction.operands().get(1), instruction.types().getFirst());
        int result = frame.write(instruction, instruction.operands().getFirst());
        return Operations.unary(instruction.opcode(), operation, result, operand);
    }

    private static Instruction binary(PtxInstruction instruction, Frame frame, LongBinaryOperator operation) {
        PtxType type = instruction.types().getFirst();
        int first = frame.read(instruction, instruction.operands().get(1), type);
        int second = frame.read(instruction, instruction.operands().get(2), type);
        int result = frame.write(instruction, instruction.operands().getFirst());
        return Operations.binary(instruction.opcode(), operation, result, first, second);
    }

    private static Instruction ternary(PtxInstruction instruction, Frame frame, Loops.LongTernaryOperator operation) {
        PtxType type = instruction.types().getFirst();
        int first = frame.read(instruction, instruction.operands().get(1), type);
        int second = frame.read(instruction, instruction.operands().get(2), type);
        int third = frame.read(instruction, instruction.operands().get(3), type);
        int result = frame.write(instruction, instruction.operands().getFirst());
        return Operations.ternary(instruction.opcode(), operation, result, first, second, third);
    }

    private static float number(long bits) {
        return Float.intBitsToFloat((int) bits);
    }

    private static long bits(float value) {
        return Float.isNaN(value) ? NAN_32 : Float.floatToRawIntBits(value) & 0xFFFF_FFFFL;
    }

    private static float flush(float value) {
        return Math.abs(value) < Float.MIN_NORMAL ? Math.copySign(0f, value) : value;
    }

    private static float saturate(float value) {
        return Float.isNaN(value) ? 0 : Math.clamp(value, 0f, 1f);
    }

    private static LongUnaryOperator flushed(PtxInstruction instruction, LongUnaryOperator operation) {
        return instruction.has("ftz") ? x -> bits(flush(number(operation.applyAsLong(x)))) : operation;
    }

    private static LongUnaryOperator lift(PtxInstruction instruction, FloatUnary operation) {
        FloatUnary saturated = instruction.has("sat") ? a -> saturate(operation.apply(a)) : operation;
        return instruction.has("ftz")
                ? a -> bits(flush(saturated.apply(flush(number(a)))))
                : a -> bits(saturated.apply(number(a)));
    }

    private static LongBinaryOperator lift(PtxInstruction instruction, FloatBinary operation) {
        FloatBinary saturated = instruction.has("sat") ? (a, b) -> saturate(operation.apply(a, b)) : operation;
        return instruction.has("ftz")
                ? (a, b) -> bits(flush(saturated.apply(flush(number(a)), flush(number(b)))))
                : (a, b) -> bits(saturated.apply(number(a), number(b)));
    }

    private static Loops.LongTernaryOperator lift(PtxInstruction instruction, FloatTernary operation) {
        FloatTernary saturated = instruction.has("sat") ? (a, b, c) -> saturate(operation.apply(a, b, c)) : operation;
        return instruction.has("ftz")
                ? (a, b, c) -> bits(flush(saturated.apply(flush(number(a)), flush(number(b)), flush(number(c)))))
                : (a, b, c) -> bits(saturated.apply(number(a), number(b), number(c)));
    }

    private static FloatUnary unary32(PtxInstruction instruction) {
        Rounding rounding = Rounding.of(instruction);
        return switch (instruction.name()) {
            case "rcp" -> a -> rounding.toFloat(Rounding.quotient(1, a));
            case "sqrt" -> a -> rounding.toFloat(Rounding.root(a));
            case "rsqrt" -> a -> (float) (1 / Math.sqrt(a));
            case "sin" -> a -> (float) Math.sin(a);
            case "cos" -> a -> (float) Math.cos(a);
            case "lg2" -> FloatInstructions::log2;
            case "ex2" -> a -> (float) Math.pow(2, a);
            default -> a -> (float) Math.tanh(a);
        };
    }

    /** Exact for powers of two, as it is on a device. */
    private static float log2(float a) {
        if (a > 0 && a < Float.POSITIVE_INFINITY) {
            int exponent = Math.getExponent((double) a);
            return (float) (exponent + Math.log(a / Math.scalb(1.0, exponent)) / Math.log(2));
        }
        return (float) Math.log(a);
    }

    private static FloatBinary binary32(PtxInstruction instruction) {
        Rounding rounding = Rounding.of(instruction);
        if (rounding == Rounding.NEAREST) {
            return switch (instruction.name()) {
                case "add" -> Float::sum;
                case "sub" -> (a, b) -> a - b;
                case "mul" -> (a, b) -> a * b;
                default -> (a, b) -> a / b;
            };
        }
        return switch (instruction.name()) {
            case "add" -> (a, b) -> rounding.toFloat(Rounding.sum(a, b));
            case "sub" -> (a, b) -> rounding.toFloat(Rounding.sum(a, -(double) b));
            case "mul" -> (a, b) -> rounding.toFloat((double) a * b);
            default -> (a, b) -> rounding.toFloat(Rounding.quotient(a, b));
        };
    }

    private static FloatTernary fma32(PtxInstruction instruction) {
        Rounding rounding = Rounding.of(instruction);
        return rounding == Rounding.NEAREST
                ? Math::fma
                : (a, b, c) -> rounding.toFloat(Rounding.productAndSum(a, b, c));
    }

    /** A number wins over a NaN, unless the opcode says that NaN wins. */
    private static FloatBinary extreme(PtxInstruction instruction) {
        boolean least = instruction.name().equals("min");
        boolean nanWins = instruction.has("NaN");
        FloatBinary plain = least ? Math::min : Math::max;
        FloatBinary extreme = nanWins ? plain : (a, b) -> Float.isNaN(a) ? b : Float.isNaN(b) ? a : plain.apply(a, b);
        if (!instruction.has("xorsign")) {
            return extreme;
        }
        return (a, b) -> Math.copySign(1f, a) * Math.copySign(1f, b) * extreme.apply(Math.abs(a), Math.abs(b));
    }

    private static FloatTernary extremeOfThree(PtxInstruction instruction) {
        FloatBinary ofTwo = extreme(instruction);
        return (a, b, c) -> ofTwo.apply(ofTwo.apply(a, b), c);
    }

    private static @Nullable Instruction translate64(PtxInstruction instruction, Frame frame) {
        if (Rounding.of(instruction) != Rounding.NEAREST) {
            return null;
        }
        return switch (instruction.name()) {
            case "neg" -> unary(instruction, frame, x -> x ^ Long.MIN_VALUE);
            case "abs" -> unary(instruction, frame, x -> x & Long.MAX_VALUE);
            case "sqrt" -> unary(instruction, frame, lift64(Math::sqrt));
            case "rcp" -> unary(instruction, frame, lift64(a -> 1 / a));
            case "rsqrt" -> unary(instruction, frame, lift64(a -> 1 / Math.sqrt(a)));
            case "add" -> binary(instruction, frame, lift64((DoubleBinaryOperator) Double::sum));
            case "sub" -> binary(instruction, frame, lift64((a, b) -> a - b));
            case "mul" -> binary(instruction, frame, lift64((a, b) -> a * b));
            case "div" -> binary(instruction, frame, lift64((a, b) -> a / b));
            case "min" -> binary(instruction, frame, lift64((a, b) -> extreme64(a, b, Math.min(a, b))));
            case "max" -> binary(instruction, frame, lift64((a, b) -> extreme64(a, b, Math.max(a, b))));
            case "copysign" -> binary(instruction, frame, (sign, x) -> (x & Long.MAX_VALUE) | (sign & Long.MIN_VALUE));
            case "fma", "mad" ->
                ternary(
                        instruction,
                        frame,
                        (a, b, c) -> bits64(Math.fma(
                                Double.longBitsToDouble(a), Double.longBitsToDouble(b), Double.longBitsToDouble(c))));
            default -> null;
        };
    }

    private static double extreme64(double a, double b, double ofNumbers) {
        return Double.isNaN(a) ? b : Double.isNaN(b) ? a : ofNumbers;
    }

    private static long bits64(double value) {
        return Double.isNaN(value) ? NAN_64 : Double.doubleToRawLongBits(value);
    }

    private static LongUnaryOperator lift64(DoubleUnaryOperator operation) {
        return a -> bits64(operation.applyAsDouble(Double.longBitsToDouble(a)));
    }

    private static LongBinaryOperator lift64(DoubleBinaryOperator operation) {
        return (a, b) -> bits64(operation.applyAsDouble(Double.longBitsToDouble(a), Double.longBitsToDouble(b)));
    }
}
