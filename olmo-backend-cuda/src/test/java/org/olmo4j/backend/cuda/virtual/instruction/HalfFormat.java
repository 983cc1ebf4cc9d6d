package org.olmo4j.backend.cuda.virtual.instruction;

import org.olmo4j.backend.cuda.virtual.ptx.PtxType;

/** The two floating-point formats of 16 bits. */
enum HalfFormat {
    F16 {
        @Override
        float toFloat(long bits) {
            return Float.float16ToFloat((short) bits);
        }

        @Override
        long fromFloat(float value, Rounding rounding) {
            if (Float.isNaN(value)) {
                return 0x7FFF;
            }
            short nearest = Float.floatToFloat16(value);
            if (rounding == Rounding.TOWARDS_ZERO && Math.abs(Float.float16ToFloat(nearest)) > Math.abs(value)) {
                nearest--;
            }
            return nearest & 0xFFFFL;
        }
    },
    BF16 {
        @Override
        float toFloat(long bits) {
            return Float.intBitsToFloat((int) bits << 16);
        }

        @Override
        long fromFloat(float value, Rounding rounding) {
            if (Float.isNaN(value)) {
                return 0x7FFF;
            }
            int bits = Float.floatToRawIntBits(value);
            int half = rounding == Rounding.TOWARDS_ZERO ? 0 : 0x7FFF + (bits >>> 16 & 1);
            return ((bits + half) >>> 16) & 0xFFFFL;
        }
    };

    static HalfFormat of(PtxType type) {
        return type == PtxType.BF16 || type == PtxType.BF16X2 ? BF16 : F16;
    }

    abstract float toFloat(long bits);

    /** To nearest or towards zero. */
    abstract long fromFloat(float value, Rounding rounding);

    /** Rounds to nearest a number that is exact, or odd as {@link Rounding} makes it. */
    long fromDouble(double exactOrOdd) {
        return fromFloat(Rounding.toOddFloat(exactOrOdd), Rounding.NEAREST);
    }
}
