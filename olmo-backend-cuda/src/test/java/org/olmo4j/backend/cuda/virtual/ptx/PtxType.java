package org.olmo4j.backend.cuda.virtual.ptx;

import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The fundamental types of PTX, and the packed pairs of 16-bit numbers. */
public enum PtxType {
    PRED(Kind.PREDICATE, 1),
    B8(Kind.BITS, 8),
    B16(Kind.BITS, 16),
    B32(Kind.BITS, 32),
    B64(Kind.BITS, 64),
    B128(Kind.BITS, 128),
    U8(Kind.UNSIGNED, 8),
    U16(Kind.UNSIGNED, 16),
    U32(Kind.UNSIGNED, 32),
    U64(Kind.UNSIGNED, 64),
    S8(Kind.SIGNED, 8),
    S16(Kind.SIGNED, 16),
    S32(Kind.SIGNED, 32),
    S64(Kind.SIGNED, 64),
    F16(Kind.FLOAT, 16),
    F32(Kind.FLOAT, 32),
    F64(Kind.FLOAT, 64),
    BF16(Kind.FLOAT, 16),
    TF32(Kind.FLOAT, 32),
    F16X2(Kind.FLOAT, 32),
    BF16X2(Kind.FLOAT, 32),
    E4M3(Kind.FLOAT, 8),
    E5M2(Kind.FLOAT, 8),
    E4M3X2(Kind.FLOAT, 16),
    E5M2X2(Kind.FLOAT, 16);

    /** What the bits mean. */
    public enum Kind {
        PREDICATE,
        BITS,
        UNSIGNED,
        SIGNED,
        FLOAT
    }

    private static final Map<String, PtxType> BY_NAME = byName();

    private final Kind kind;
    private final int bits;

    PtxType(Kind kind, int bits) {
        this.kind = kind;
        this.bits = bits;
    }

    private static Map<String, PtxType> byName() {
        return Arrays.stream(values())
                .collect(Collectors.toUnmodifiableMap(type -> type.name().toLowerCase(Locale.ROOT), type -> type));
    }

    /** The type with this name, {@code f32}; null if there is none. */
    public static @Nullable PtxType of(String name) {
        return BY_NAME.get(name);
    }

    public Kind kind() {
        return kind;
    }

    public int bits() {
        return bits;
    }

    public int bytes() {
        return Math.max(1, bits / 8);
    }

    public boolean isSigned() {
        return kind == Kind.SIGNED;
    }

    public boolean isFloat() {
        return kind == Kind.FLOAT;
    }
}
