package org.olmo4j.backend.cuda.virtual.instruction;

import java.util.function.LongBinaryOperator;
import java.util.function.LongUnaryOperator;
import org.jspecify.annotations.Nullable;
import org.olmo4j.backend.cuda.virtual.machine.Instruction;
import org.olmo4j.backend.cuda.virtual.machine.Warp;
import org.olmo4j.backend.cuda.virtual.ptx.Operand;
import org.olmo4j.backend.cuda.virtual.ptx.PtxInstruction;
import org.olmo4j.backend.cuda.virtual.ptx.PtxType;

/** Arithmetic, logic and shifts of whole numbers (PTX ISA, "Integer Arithmetic", "Logic and Shift"). */
final class IntegerInstructions {

    private IntegerInstructions() {}

    static @Nullable Instruction translate(PtxInstruction instruction, Frame frame) {
        if (instruction.types().isEmpty() || instruction.types().getFirst().isFloat()) {
            return null;
        }
        PtxType type = instruction.types().getFirst();
        if (type == PtxType.PRED) {
            return null;
        }
        return switch (instruction.name()) {
            case "not", "neg", "abs", "popc", "clz", "brev", "bfind", "cnot" ->
                unary(instruction, frame, type, unaryOperation(instruction, type));
            case "add", "sub", "mul", "mul24", "div", "rem", "min", "max", "and", "or", "xor", "shl", "shr" ->
                binary(instruction, frame, type, binaryOperation(instruction, type));
            case "mad", "mad24", "sad" -> multiplyAdd(instruction, frame, type);
            case "dp4a", "dp2a" ->
                ternary(instruction, frame, PtxType.B32, PtxType.B32, PtxType.S32, dotProduct(instruction));
            case "shf" -> ternary(instruction, frame, PtxType.B32, PtxType.B32, PtxType.U32, funnelShift(instruction));
            case "prmt" -> ternary(instruction, frame, PtxType.B32, PtxType.B32, PtxType.B32, permute(instruction));
            case "bfe" -> ternary(instruction, frame, type, PtxType.U32, PtxType.U32, extract(type));
            case "bfi" -> new Insert(instruction, frame, type);
            case "lop3" -> lookup(instruction, frame);
            default -> null;
        };
    }

    private static Instruction unary(
            PtxInstruction instruction, Frame frame, PtxType type, LongUnaryOperator operation) {
        int operand = frame.read(instruction, instruction.operands().get(1), type);
        int result = frame.write(instruction, instruction.operands().getFirst());
        return Operations.unary(instruction.opcode(), operation, result, operand);
    }

    private static Instruction binary(
            PtxInstruction instruction, Frame frame, PtxType type, LongBinaryOperator operation) {
        boolean shift = instruction.name().startsWith("sh");
        int first = frame.read(instruction, instruction.operands().get(1), type);
        int second = frame.read(instruction, instruction.operands().get(2), shift ? PtxType.U32 : type);
        int result = frame.write(instruction, instruction.operands().getFirst());
        return Operations.binary(instruction.opcode(), operation, result, first, second);
    }

    private static Instruction ternary(
            PtxInstruction instruction,
            Frame frame,
            PtxType firstType,
            PtxType secondType,
            PtxType thirdType,
            Loops.LongTernaryOperator operation) {
        int first = frame.read(instruction, instruction.operands().get(1), firstType);
        int second = frame.read(instruction, instruction.operands().get(2), secondType);
        int third = frame.read(instruction, instruction.operands().get(3), thirdType);
        int result = frame.write(instruction, instruction.operands().getFirst());
        return Operations.ternary(instruction.opcode(), operation, result, first, second, third);
    }

    private static LongUnaryOperator unaryOperation(PtxInstruction instruction, PtxType type) {
        LongUnaryOperator widen = Numbers.widen(type);
        int bits = type.bits();
        return switch (instruction.name()) {
            case "not" -> x -> ~x;
            case "neg" -> x -> -x;
            case "abs" -> x -> Math.abs(widen.applyAsLong(x));
            case "popc" -> x -> Long.bitCount(x & Numbers.mask(type));
            case "clz" -> x -> Long.numberOfLeadingZeros(x & Numbers.mask(type)) - (Long.SIZE - bits);
            case "brev" -> x -> Long.reverse(x) >>> (Long.SIZE - bits);
            case "bfind" -> findBit(type, instruction.has("shiftamt"));
            default -> x -> widen.applyAsLong(x) == 0 ? 1 : 0;
        };
    }

    /** The place of the highest bit that is 1, of negative numbers that is 0; -1 if there is none. */
    private static LongUnaryOperator findBit(PtxType type, boolean asShift) {
        LongUnaryOperator widen = Numbers.widen(type);
        return x -> {
            long wide = widen.applyAsLong(x);
            long found = Long.SIZE - 1L - Long.numberOfLeadingZeros(type.isSigned() && wide < 0 ? ~wide : wide);
            return found < 0 ? 0xFFFF_FFFFL : asShift ? type.bits() - 1 - found : found;
        };
    }

    private static LongBinaryOperator binaryOperation(PtxInstruction instruction, PtxType type) {
        boolean signed = type.isSigned();
        LongUnaryOperator widen = Numbers.widen(type);
        return switch (instruction.name()) {
            case "add" -> instruction.has("sat") ? (a, b) -> saturate((int) a + (long) (int) b) : Long::sum;
            case "sub" -> instruction.has("sat") ? (a, b) -> saturate((int) a - (long) (int) b) : (a, b) -> a - b;
            case "mul" -> multiply(instruction, type);
            case "mul24" -> (a, b) -> signed ? (a << 40 >> 40) * (b << 40 >> 40) : (a & 0xFF_FFFF) * (b & 0xFF_FFFF);
            case "div" -> divide(type);
            case "rem" -> remainder(type);
            case "min" -> {
                if (signed || type.bits() < Long.SIZE) {
                    yield (a, b) -> Math.min(widen.applyAsLong(a), widen.applyAsLong(b));
                }
                yield (a, b) -> Long.compareUnsigned(a, b) < 0 ? a : b;
            }
            case "max" -> {
                if (signed || type.bits() < Long.SIZE) {
                    yield (a, b) -> Math.max(widen.applyAsLong(a), widen.applyAsLong(b));
                }
                yield (a, b) -> Long.compareUnsigned(a, b) < 0 ? b : a;
            }
            case "and" -> (a, b) -> a & b;
            case "or" -> (a, b) -> a | b;
            case "xor" -> (a, b) -> a ^ b;
            case "shl" -> shiftLeft(type);
            default -> shiftRight(type);
        };
    }

    private static long saturate(long value) {
        return Math.clamp(value, Integer.MIN_VALUE, Integer.MAX_VALUE);
    }

    private static LongBinaryOperator multiply(PtxInstruction instruction, PtxType type) {
        LongUnaryOperator widen = Numbers.widen(type);
        if (instruction.has("wide")) {
            return (a, b) -> widen.applyAsLong(a) * widen.applyAsLong(b);
        }
        if (!instruction.has("hi")) {
            return (a, b) -> a * b;
        }
        if (type.bits() == Long.SIZE) {
            return type.isSigned() ? Math::multiplyHigh : Math::unsignedMultiplyHigh;
        }
        return (a, b) -> (widen.applyAsLong(a) * widen.applyAsLong(b)) >>> type.bits();
    }

    /** By zero a device gives some number; here all bits are 1, as devices do. */
    private static LongBinaryOperator divide(PtxType type) {
        LongUnaryOperator widen = Numbers.widen(type);
        if (!type.isSigned() && type.bits() == Long.SIZE) {
            return (a, b) -> b == 0 ? -1 : Long.divideUnsigned(a, b);
        }
        return (a, b) -> {
            long divisor = widen.applyAsLong(b);
            return divisor == 0 ? -1 : widen.applyAsLong(a) / divisor;
        };
    }

    private static LongBinaryOperator remainder(PtxType type) {
        LongUnaryOperator widen = Numbers.widen(type);
        if (!type.isSigned() && type.bits() == Long.SIZE) {
            return (a, b) -> b == 0 ? a : Long.remainderUnsigned(a, b);
        }
        return (a, b) -> {
            long divisor = widen.applyAsLong(b);
            return divisor == 0 ? a : widen.applyAsLong(a) % divisor;
        };
    }

    private static LongBinaryOperator shiftLeft(PtxType type) {
        int bits = type.bits();
        return (a, b) -> (b & 0xFFFF_FFFFL) >= bits ? 0 : a << b;
    }

    private static LongBinaryOperator shiftRight(PtxType type) {
        int bits = type.bits();
        LongUnaryOperator widen = Numbers.widen(type);
        if (type.isSigned()) {
            return (a, b) -> widen.applyAsLong(a) >> Math.min(b & 0xFFFF_FFFFL, bits - 1);
        }
        return (a, b) -> (b & 0xFFFF_FFFFL) >= bits ? 0 : widen.applyAsLong(a) >>> b;
    }

    private static @Nullable Instruction multiplyAdd(PtxInstruction instruction, Frame frame, PtxType type) {
        LongUnaryOperator widen = Numbers.widen(type);
        if (instruction.name().equals("sad")) {
            return ternary(
                    instruction,
                    frame,
                    type,
                    type,
                    type,
                    (a, b, c) -> c + Math.abs(widen.applyAsLong(a) - widen.applyAsLong(b)));
        }
        if (instruction.name().equals("mad24") || instruction.has("cc") || instruction.has("sat")) {
            return null;
        }
        LongBinaryOperator multiply = multiply(instruction, type);
        // The sum of a wide product is as wide as it.
        PtxType sum = instruction.has("wide") ? PtxType.B64 : type;
        return ternary(instruction, frame, type, type, sum, (a, b, c) -> multiply.applyAsLong(a, b) + c);
    }

    /** The types of the bytes of both operands are in the opcode. */
    private static Loops.LongTernaryOperator dotProduct(PtxInstruction instruction) {
        boolean firstSigned = instruction.types().get(0).isSigned();
        boolean secondSigned = instruction.types().get(1).isSigned();
        if (instruction.name().equals("dp4a")) {
            return (a, b, c) -> {
                int sum = (int) c;
                for (int shift = 0; shift < Integer.SIZE; shift += Byte.SIZE) {
                    sum += byteOf(a, shift, firstSigned) * byteOf(b, shift, secondSigned);
                }
                return sum;
            };
        }
        int half = instruction.has("hi") ? 16 : 0;
        return (a, b, c) -> {
            int sum = (int) c;
            for (int i = 0; i < 2; i++) {
                int wide = firstSigned ? (short) (a >>> (16 * i)) : (int) (a >>> (16 * i)) & 0xFFFF;
                sum += wide * byteOf(b, half + 8 * i, secondSigned);
            }
            return sum;
        };
    }

    private static int byteOf(long word, int shift, boolean signed) {
        byte value = (byte) (word >>> shift);
        return signed ? value : Byte.toUnsignedInt(value);
    }

    /** Shifts the 64 bits of two registers, the second above the first, and takes a half. */
    private static Loops.LongTernaryOperator funnelShift(PtxInstruction instruction) {
        boolean left = instruction.has("l");
        boolean wrap = instruction.has("wrap");
        return (a, b, c) -> {
            long amount = wrap ? c & 31 : Math.min(c & 0xFFFF_FFFFL, 32);
            long both = b << 32 | (a & 0xFFFF_FFFFL);
            return left ? both << amount >>> 32 : both >>> amount & 0xFFFF_FFFFL;
        };
    }

    private static Loops.LongTernaryOperator permute(PtxInstruction instruction) {
        String mode = instruction.modifiers().getLast();
        return switch (mode) {
            case "b32" ->
                (a, b, selector) -> {
                    long both = b << 32 | (a & 0xFFFF_FFFFL);
                    long result = 0;
                    for (int i = 0; i < 4; i++) {
                        int nibble = (int) (selector >>> (4 * i)) & 0xF;
                        long chosen = both >>> (8 * (nibble & 7)) & 0xFF;
                        // The highest bit of a nibble asks for copies of the sign.
                        long value = (nibble & 8) == 0 ? chosen : (chosen & 0x80) == 0 ? 0 : 0xFF;
                        result |= value << (8 * i);
                    }
                    return result;
                };
            case "f4e" -> (a, b, c) -> (b << 32 | (a & 0xFFFF_FFFFL)) >>> (8 * (c & 3)) & 0xFFFF_FFFFL;
            case "rc8" -> (a, b, c) -> (a >>> (8 * (c & 3)) & 0xFF) * 0x0101_0101L;
            case "rc16" -> (a, b, c) -> (a >>> (16 * (c & 1)) & 0xFFFF) * 0x0001_0001L;
            default -> throw instruction.error("unknown mode " + mode);
        };
    }

    private static Loops.LongTernaryOperator extract(PtxType type) {
        LongUnaryOperator widen = Numbers.widen(type);
        return (a, position, length) -> {
            int from = (int) position & 0xFF;
            int count = (int) length & 0xFF;
            if (count == 0) {
                return 0;
            }
            long wide = widen.applyAsLong(a);
            if (from >= type.bits()) {
                return wide < 0 ? -1 : 0;
            }
            int left = Math.max(0, Long.SIZE - count);
            long shifted = wide >>> from;
            if (!type.isSigned()) {
                return count >= Long.SIZE ? shifted : shifted << left >>> left;
            }
            return from + count >= type.bits() ? wide >> from : shifted << left >> left;
        };
    }

    private static Instruction lookup(PtxInstruction instruction, Frame frame) {
        if (!(instruction.operands().getLast() instanceof Operand.Whole table)) {
            throw instruction.error("the table must be a number");
        }
        int bits = (int) table.value();
        int first = frame.read(instruction, instruction.operands().get(1), PtxType.B32);
        int second = frame.read(instruction, instruction.operands().get(2), PtxType.B32);
        int third = frame.read(instruction, instruction.operands().get(3), PtxType.B32);
        int result = frame.write(instruction, instruction.operands().getFirst());
        Loops.LongTernaryOperator operation = (a, b, c) -> {
            long found = 0;
            for (int i = 0; i < 8; i++) {
                if ((bits >>> i & 1) != 0) {
                    found |= ((i & 4) != 0 ? a : ~a) & ((i & 2) != 0 ? b : ~b) & ((i & 1) != 0 ? c : ~c);
                }
            }
            return found;
        };
        return Operations.ternary("lop3 " + bits, operation, result, first, second, third);
    }

    /** {@code bfi d, a, b, position, length}: puts the lowest bits of a into b. */
    private static final class Insert extends Instruction {
        private final int result;
        private final int field;
        private final int into;
        private final int position;
        private final int length;
        private final int bits;

        Insert(PtxInstruction instruction, Frame frame, PtxType type) {
            field = frame.read(instruction, instruction.operands().get(1), type) * Warp.LANES;
            into = frame.read(instruction, instruction.operands().get(2), type) * Warp.LANES;
            position = frame.read(instruction, instruction.operands().get(3), PtxType.U32) * Warp.LANES;
            length = frame.read(instruction, instruction.operands().get(4), PtxType.U32) * Warp.LANES;
            result = frame.write(instruction, instruction.operands().getFirst()) * Warp.LANES;
            bits = type.bits();
        }

        @Override
        public void execute(Warp warp, int mask) {
            long[] registers = warp.registers();
            for (int lanes = mask; lanes != 0; lanes &= lanes - 1) {
                int lane = Integer.numberOfTrailingZeros(lanes);
                int from = (int) registers[position + lane] & 0xFF;
                int count = (int) registers[length + lane] & 0xFF;
                long fieldMask = from >= bits ? 0 : (count >= Long.SIZE ? -1 : (1L << count) - 1) << from;
                long inserted = from >= bits ? 0 : registers[field + lane] << from;
                registers[result + lane] = (registers[into + lane] & ~fieldMask) | (inserted & fieldMask);
            }
        }
    }
}
