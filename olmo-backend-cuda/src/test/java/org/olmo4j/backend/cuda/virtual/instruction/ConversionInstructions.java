package org.olmo4j.backend.cuda.virtual.instruction;

import java.util.List;
import java.util.function.LongToDoubleFunction;
import java.util.function.LongUnaryOperator;
import org.jspecify.annotations.Nullable;
import org.olmo4j.backend.cuda.virtual.machine.Instruction;
import org.olmo4j.backend.cuda.virtual.memory.Windows;
import org.olmo4j.backend.cuda.virtual.ptx.PtxInstruction;
import org.olmo4j.backend.cuda.virtual.ptx.PtxType;

/** Conversions between types, and between addresses of different spaces (PTX ISA, {@code cvt}, {@code cvta}). */
final class ConversionInstructions {

    private ConversionInstructions() {}

    static @Nullable Instruction translate(PtxInstruction instruction, Frame frame) {
        return switch (instruction.name()) {
            case "cvt" -> convert(instruction, frame);
            case "cvta" -> convertAddress(instruction, frame);
            default -> null;
        };
    }

    private static @Nullable Instruction convert(PtxInstruction instruction, Frame frame) {
        List<PtxType> types = instruction.types();
        PtxType to = types.get(0);
        PtxType from = types.get(1);
        if (to == PtxType.F16X2 || to == PtxType.BF16X2) {
            return from == PtxType.F32 ? toPair(instruction, frame, HalfFormat.of(to)) : null;
        }
        if (isPacked(to) || isPacked(from)) {
            return null;
        }
        LongUnaryOperator operation = operation(instruction, to, from);
        int operand = frame.read(instruction, instruction.operands().get(1), from);
        int result = frame.write(instruction, instruction.operands().getFirst());
        return Operations.unary(instruction.opcode(), operation, result, operand);
    }

    private static boolean isPacked(PtxType type) {
        return switch (type) {
            case E4M3, E5M2, E4M3X2, E5M2X2, F16X2, BF16X2 -> true;
            default -> false;
        };
    }

    /** The first operand becomes the upper half. */
    private static Instruction toPair(PtxInstruction instruction, Frame frame, HalfFormat format) {
        Rounding rounding = Rounding.of(instruction);
        boolean relu = instruction.has("relu");
        int high = frame.read(instruction, instruction.operands().get(1), PtxType.F32);
        int low = frame.read(instruction, instruction.operands().get(2), PtxType.F32);
        int result = frame.write(instruction, instruction.operands().getFirst());
        LongUnaryOperator one = x -> {
            float value = Float.intBitsToFloat((int) x);
            return format.fromFloat(relu && value < 0 ? 0 : value, rounding);
        };
        return Operations.binary(
                instruction.opcode(),
                (a, b) -> HalfInstructions.pair(one.applyAsLong(b), one.applyAsLong(a)),
                result,
                high,
                low);
    }

    private static LongUnaryOperator operation(PtxInstruction instruction, PtxType to, PtxType from) {
        if (!from.isFloat()) {
            return to.isFloat() ? wholeToFloat(instruction, to, from) : wholeToWhole(instruction, to, from);
        }
        LongToDoubleFunction read = reader(from);
        if (to.isFloat()) {
            return floatToFloat(instruction, to, from, read);
        }
        return floatToWhole(Rounding.of(instruction), to, instruction.has("ftz"), read);
    }

    private static LongUnaryOperator wholeToWhole(PtxInstruction instruction, PtxType to, PtxType from) {
        LongUnaryOperator widen = Numbers.widen(from);
        if (instruction.has("sat")) {
            long least = Numbers.least(to);
            long largest = to.bits() == Long.SIZE ? Long.MAX_VALUE : Numbers.largest(to);
            return x -> Math.clamp(widen.applyAsLong(x), least, largest);
        }
        LongUnaryOperator narrow = Numbers.widen(to);
        return x -> narrow.applyAsLong(widen.applyAsLong(x));
    }

    private static LongUnaryOperator wholeToFloat(PtxInstruction instruction, PtxType to, PtxType from) {
        LongUnaryOperator widen = Numbers.widen(from);
        Rounding rounding = Rounding.of(instruction);
        boolean unsigned64 = from == PtxType.U64;
        if (to == PtxType.F64) {
            return unsigned64
                    ? x -> Double.doubleToRawLongBits(unsignedToDouble(x))
                    : x -> Double.doubleToRawLongBits((double) widen.applyAsLong(x));
        }
        // Made odd, a whole number of 64 bits keeps what rounding to 24 bits or fewer depends on in the 53 bits of a
        // double.
        LongToDoubleFunction exactOrOdd = unsigned64
                ? x -> x >= 0 ? (double) oddUnsigned(x) : 2.0 * oddUnsigned(x >>> 1 | (x & 1))
                : x -> (double) oddSigned(widen.applyAsLong(x));
        if (to == PtxType.F32) {
            return x -> Float.floatToRawIntBits(rounding.toFloat(exactOrOdd.applyAsDouble(x))) & 0xFFFF_FFFFL;
        }
        HalfFormat format = HalfFormat.of(to);
        return x -> format.fromDouble(exactOrOdd.applyAsDouble(x));
    }

    private static double unsignedToDouble(long x) {
        return x >= 0 ? (double) x : 2.0 * (double) (x >>> 1 | (x & 1));
    }

    /** Drops the lowest 12 bits of numbers of more than 52, but for a 1 if they are not all 0. */
    private static long oddUnsigned(long x) {
        return x < 1L << 52 ? x : (x & ~0xFFFL) | ((x & 0xFFF) != 0 ? 0x1000 : 0);
    }

    private static long oddSigned(long x) {
        if (x == Long.MIN_VALUE) {
            return x;
        }
        return x < 0 ? -oddUnsigned(-x) : oddUnsigned(x);
    }

    private static LongToDoubleFunction reader(PtxType from) {
        return switch (from) {
            case F64 -> Double::longBitsToDouble;
            case F16, BF16 -> {
                HalfFormat format = HalfFormat.of(from);
                yield x -> format.toFloat(x);
            }
            default -> x -> Float.intBitsToFloat((int) x);
        };
    }

    /** NaN becomes 0, and what is too large or small the nearest number of the type. */
    private static LongUnaryOperator floatToWhole(
            Rounding rounding, PtxType to, boolean flush, LongToDoubleFunction read) {
        long least = Numbers.least(to);
        long largest = Numbers.largest(to);
        double limit = Math.scalb(1.0, to.isSigned() ? to.bits() - 1 : to.bits());
        return x -> {
            double value = read.applyAsDouble(x);
            if (Double.isNaN(value) || (flush && Math.abs(value) < Float.MIN_NORMAL)) {
                return 0;
            }
            double whole = rounding.toWhole(value);
            if (whole >= limit) {
                return largest;
            }
            if (whole <= least) {
                return least;
            }
            return whole >= 0x1p63 ? (long) (whole - 0x1p63) ^ Long.MIN_VALUE : (long) whole;
        };
    }

    private static LongUnaryOperator floatToFloat(
            PtxInstruction instruction, PtxType to, PtxType from, LongToDoubleFunction read) {
        Rounding rounding = Rounding.of(instruction);
        boolean toWhole = instruction.modifiers().stream().anyMatch(m -> m.matches("r[nzmp]i"));
        boolean saturate = instruction.has("sat");
        boolean relu = instruction.has("relu");
        boolean flush = instruction.has("ftz");
        LongToDoubleFunction value = x -> {
            double number = read.applyAsDouble(x);
            if (flush && Math.abs(number) < Float.MIN_NORMAL) {
                number = Math.copySign(0.0, number);
            }
            if (toWhole) {
                number = rounding.toWhole(number);
            }
            if (saturate) {
                number = Double.isNaN(number) ? 0 : Math.clamp(number, 0.0, 1.0);
            }
            return relu && number < 0 ? 0 : number;
        };
        return switch (to) {
            case F64 -> x -> Double.doubleToRawLongBits(value.applyAsDouble(x));
            case F32 ->
                x -> {
                    float rounded = rounding.toFloat(value.applyAsDouble(x));
                    return Float.isNaN(rounded) ? 0x7FFF_FFFFL : Float.floatToRawIntBits(rounded) & 0xFFFF_FFFFL;
                };
            case TF32 -> x -> roundToTf32((int) x) & 0xFFFF_FFFFL;
            default -> {
                HalfFormat format = HalfFormat.of(to);
                yield from == PtxType.F64
                        ? x -> format.fromDouble(value.applyAsDouble(x))
                        : x -> format.fromFloat((float) value.applyAsDouble(x), rounding);
            }
        };
    }

    /** Keeps 10 bits behind the point, halves away from zero: the only rounding that sm_80 has for it. */
    private static int roundToTf32(int bits) {
        return (bits & 0x7F80_0000) == 0x7F80_0000 ? bits : bits + 0x1000 & ~0x1FFF;
    }

    private static @Nullable Instruction convertAddress(PtxInstruction instruction, Frame frame) {
        List<String> modifiers = instruction.modifiers();
        boolean fromGeneric = modifiers.getFirst().equals("to");
        String space = modifiers.get(fromGeneric ? 1 : 0).replaceFirst("::.*", "");
        long window = switch (space) {
            case "shared" -> Windows.SHARED;
            case "local" -> Windows.LOCAL;
            default -> 0;
        };
        int operand = frame.read(instruction, instruction.operands().get(1), PtxType.U64);
        int result = frame.write(instruction, instruction.operands().getFirst());
        long shift = fromGeneric ? -window : window;
        return Operations.unary("cvta by " + shift, address -> address + shift, result, operand);
    }
}
