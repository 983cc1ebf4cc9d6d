package org.olmo4j.backend.cuda.virtual.instruction;

import java.util.function.LongUnaryOperator;
import org.olmo4j.backend.cuda.virtual.ptx.PtxType;

/** Whole numbers of any width in the 64 bits of a register. */
final class Numbers {

    private Numbers() {}

    /** Makes a number of the type one of 64 bits: with its sign if it has one, otherwise with zeros. */
    static LongUnaryOperator widen(PtxType type) {
        boolean signed = type.isSigned();
        return switch (type.bits()) {
            case 8 -> signed ? x -> (byte) x : x -> x & 0xFF;
            case 16 -> signed ? x -> (short) x : x -> x & 0xFFFF;
            case 32 -> signed ? x -> (int) x : x -> x & 0xFFFF_FFFFL;
            default -> x -> x;
        };
    }

    /** The bits that a number of a type has, as a mask. */
    static long mask(PtxType type) {
        return type.bits() == Long.SIZE ? -1 : (1L << type.bits()) - 1;
    }

    static long least(PtxType type) {
        return type.isSigned() ? Long.MIN_VALUE >> (Long.SIZE - type.bits()) : 0;
    }

    /** The largest number of a type; of unsigned numbers of 64 bits, -1. */
    static long largest(PtxType type) {
        return type.isSigned() ? Long.MAX_VALUE >>> (Long.SIZE - type.bits()) : mask(type);
    }
}
