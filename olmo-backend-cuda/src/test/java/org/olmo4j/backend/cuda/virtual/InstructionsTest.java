package org.olmo4j.backend.cuda.virtual;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What single instructions compute, against numbers from the PTX manual's definitions worked out by hand, or from Java's own arithmetic. */
class InstructionsTest {

    private static final long A = 0x8765_4321L;
    private static final long B = 0x0000_0123L;

    static Stream<Arguments> wholeNumbers() {
        return Stream.of(
                arguments("add.s32", 0x7FFF_FFFFL, 1L, 0x8000_0000L),
                arguments("add.sat.s32", 0x7FFF_FFFFL, 1L, 0x7FFF_FFFFL),
                arguments("sub.sat.s32", 0x8000_0000L, 1L, 0x8000_0000L),
                arguments("sub.u32", 0L, 1L, 0xFFFF_FFFFL),
                arguments("mul.lo.u32", A, B, (A * B) & 0xFFFF_FFFFL),
                arguments("mul.hi.u32", A, B, A * B >>> 32),
                arguments("mul.hi.s32", 0xFFFF_FFFEL, 3L, 0xFFFF_FFFFL),
                arguments("mul.hi.u64", -1L, -1L, -2L),
                arguments("mul.hi.s64", -1L, -1L, 0L),
                arguments("mul.wide.s32", 0xFFFF_FFFEL, 3L, -6L),
                arguments("mul.wide.u32", 0xFFFF_FFFEL, 3L, 3 * 0xFFFF_FFFEL),
                arguments("mul.wide.s16", 0xFFFEL, 3L, 0xFFFF_FFFAL),
                arguments("mul.wide.u16", 0xFFFEL, 3L, 3 * 0xFFFEL),
                arguments("div.s32", 0xFFFF_FFF9L, 2L, 0xFFFF_FFFDL),
                arguments("div.u32", 0xFFFF_FFF9L, 2L, 0x7FFF_FFFCL),
                arguments("rem.s32", 0xFFFF_FFF9L, 2L, 0xFFFF_FFFFL),
                arguments("rem.u64", -7L, 10L, 9L),
                arguments("min.s32", 0xFFFF_FFFFL, 1L, 0xFFFF_FFFFL),
                arguments("min.u32", 0xFFFF_FFFFL, 1L, 1L),
                arguments("max.u64", -1L, 1L, -1L),
                arguments("max.s64", -1L, 1L, 1L),
                arguments("and.b32", 0xF0F0L, 0xFF00L, 0xF000L),
                arguments("or.b64", 0xF0F0L, 0xFF00L, 0xFFF0L),
                arguments("xor.b32", 0xF0F0L, 0xFF00L, 0x0FF0L),
                arguments("shl.b32", 1L, 31L, 0x8000_0000L),
                arguments("shl.b32", 1L, 32L, 0L),
                arguments("shl.b64", 1L, 40L, 1L << 40),
                arguments("shr.u32", 0x8000_0000L, 31L, 1L),
                arguments("shr.s32", 0x8000_0000L, 31L, 0xFFFF_FFFFL),
                arguments("shr.s32", 0x8000_0000L, 99L, 0xFFFF_FFFFL),
                arguments("shr.u32", 0x8000_0000L, 99L, 0L),
                arguments("shr.s16", 0x8000L, 4L, 0xF800L),
                arguments("shr.u64", -1L, 63L, 1L));
    }

    @ParameterizedTest(name = "{0} of {1} and {2}")
    @MethodSource
    void wholeNumbers(String instruction, long a, long b, long expected) {
        int bits = instruction.contains("wide") ? 2 * bits(instruction) : bits(instruction);

        assertThat(KernelRunner.evaluate(instruction + " %rd8, %rd4, %rd5;", a, b) & mask(bits))
                .isEqualTo(expected & mask(bits));
    }

    private static int bits(String instruction) {
        return Integer.parseInt(instruction.replaceFirst(".*\\D", ""));
    }

    private static long mask(int bits) {
        return bits == Long.SIZE ? -1 : (1L << bits) - 1;
    }

    static Stream<Arguments> bitsOfOneNumber() {
        return Stream.of(
                arguments("not.b32", 0x0F0FL, 0xFFFF_F0F0L),
                arguments("neg.s32", 5L, 0xFFFF_FFFBL),
                arguments("abs.s32", 0xFFFF_FFFBL, 5L),
                arguments("popc.b32", 0xF0F0L, 8L),
                arguments("popc.b64", -1L, 64L),
                arguments("clz.b32", 1L, 31L),
                arguments("clz.b64", 1L, 63L),
                arguments("clz.b32", 0L, 32L),
                arguments("brev.b32", 1L, 0x8000_0000L),
                arguments("bfind.u32", 0x0010_0000L, 20L),
                arguments("bfind.s32", 0xFFFF_FFFEL, 0L),
                arguments("bfind.u32", 0L, 0xFFFF_FFFFL),
                arguments("bfind.shiftamt.u32", 1L, 31L),
                arguments("cnot.b32", 0L, 1L));
    }

    @ParameterizedTest(name = "{0} of {1}")
    @MethodSource
    void bitsOfOneNumber(String instruction, long a, long expected) {
        long result = KernelRunner.evaluate(instruction + " %rd8, %rd4;", a);

        assertThat(result & 0xFFFF_FFFFL).isEqualTo(expected);
    }

    static Stream<Arguments> bitsOfThreeNumbers() {
        return Stream.of(
                arguments("mad.lo.s32 %rd8, %rd4, %rd5, %rd6;", 7L, 0xFFFF_FFFFL, 10L, 3L),
                arguments("mad.hi.u32 %rd8, %rd4, %rd5, %rd6;", 0xFFFF_FFFFL, 2L, 5L, 6L),
                arguments("sad.u32 %rd8, %rd4, %rd5, %rd6;", 3L, 10L, 100L, 107L),
                // (b:a) << 8, the upper half
                arguments("shf.l.wrap.b32 %rd8, %rd4, %rd5, %rd6;", 0x1122_3344L, 0x5566_7788L, 8L, 0x6677_8811L),
                arguments("shf.r.wrap.b32 %rd8, %rd4, %rd5, %rd6;", 0x1122_3344L, 0x5566_7788L, 8L, 0x8811_2233L),
                arguments("shf.l.wrap.b32 %rd8, %rd4, %rd5, %rd6;", 0x1122_3344L, 0x5566_7788L, 40L, 0x6677_8811L),
                arguments("shf.l.clamp.b32 %rd8, %rd4, %rd5, %rd6;", 0x1122_3344L, 0x5566_7788L, 40L, 0x1122_3344L),
                arguments("shf.r.clamp.b32 %rd8, %rd4, %rd5, %rd6;", 0x1122_3344L, 0x5566_7788L, 40L, 0x5566_7788L),
                // bytes 0-3 are those of a, 4-7 those of b; 8 more means the sign of the byte
                arguments("prmt.b32 %rd8, %rd4, %rd5, %rd6;", 0x3322_1100L, 0x7766_5544L, 0x7531L, 0x7755_3311L),
                arguments("prmt.b32 %rd8, %rd4, %rd5, %rd6;", 0x0000_0080L, 0L, 0x9898L, 0x00FF_00FFL),
                arguments("lop3.b32 %rd8, %rd4, %rd5, %rd6, 0xEA;", 0b1100L, 0b1010L, 0b0001L, 0b1001L),
                arguments("lop3.b32 %rd8, %rd4, %rd5, %rd6, 0x96;", 0b1100L, 0b1010L, 0b1001L, 0b1111L),
                arguments("bfe.u32 %rd8, %rd4, %rd5, %rd6;", 0xABCD_1234L, 8L, 12L, 0xD12L),
                arguments("bfe.s32 %rd8, %rd4, %rd5, %rd6;", 0xABCD_1234L, 12L, 8L, 0xFFFF_FFD1L),
                arguments("bfe.s32 %rd8, %rd4, %rd5, %rd6;", 0xABCD_1234L, 24L, 16L, 0xFFFF_FFABL),
                arguments("bfe.u32 %rd8, %rd4, %rd5, %rd6;", 0xABCD_1234L, 0L, 0L, 0L),
                // 1*5 + 2*6 + 3*7 + (-4)*8 + 100
                arguments("dp4a.s32.s32 %rd8, %rd4, %rd5, %rd6;", 0xFC03_0201L, 0x0807_0605L, 100L, 106L),
                arguments("dp4a.u32.u32 %rd8, %rd4, %rd5, %rd6;", 0xFC03_0201L, 0x0807_0605L, 100L, 2154L));
    }

    @ParameterizedTest(name = "{0} of {1}, {2}, {3}")
    @MethodSource
    void bitsOfThreeNumbers(String instruction, long a, long b, long c, long expected) {
        assertThat(KernelRunner.evaluate(instruction, a, b, c) & 0xFFFF_FFFFL).isEqualTo(expected);
    }

    @Test
    void multipliesAndAddsWide() {
        assertThat(KernelRunner.evaluate("mad.wide.u32 %rd8, %rd4, %rd5, %rd6;", 0xFFFF_FFFFL, 0xFFFF_FFFFL, 1L << 40))
                .isEqualTo(0x0000_00FE_0000_0001L);
    }

    @Test
    void insertsBits() {
        assertThat(KernelRunner.evaluate("bfi.b32 %rd8, %rd4, %rd5, %rd6, %rd7;", 0xFFL, 0x1234_5678L, 8, 4)
                        & 0xFFFF_FFFFL)
                .isEqualTo(0x1234_5F78L);
        assertThat(KernelRunner.evaluate("bfi.b64 %rd8, %rd4, %rd5, 32, 32;", 0x9L, 0x8L))
                .isEqualTo(0x9_0000_0008L);
    }

    @Test
    void packsAndUnpacks() {
        assertThat(KernelRunner.evaluate("mov.b64 %rd8, {%rd4, %rd5};", 0x1111_2222L, 0x3333_4444L))
                .isEqualTo(0x3333_4444_1111_2222L);
        assertThat(KernelRunner.evaluate("mov.b32 {%rd9, %rd10}, %rd4;\nmov.b32 %rd8, {%rd10, %rd9};", 0x1111_2222L))
                .isEqualTo(0x2222_1111L);
    }

    private static float evaluate(String instruction, float... operands) {
        long[] bits = new long[operands.length];
        for (int i = 0; i < bits.length; i++) {
            bits[i] = Float.floatToRawIntBits(operands[i]) & 0xFFFF_FFFFL;
        }
        return Float.intBitsToFloat((int) KernelRunner.evaluate(instruction, bits));
    }

    static Stream<Arguments> floats() {
        float third = 1 / 3f;
        return Stream.of(
                arguments("add.f32 %rd8, %rd4, %rd5;", 1e10f, third, 1e10f + third),
                arguments("sub.rn.f32 %rd8, %rd4, %rd5;", 1f, third, 1f - third),
                arguments("mul.f32 %rd8, %rd4, %rd5;", third, 3f, third * 3f),
                arguments("mul.sat.f32 %rd8, %rd4, %rd5;", third, 30f, 1f),
                arguments("div.rn.f32 %rd8, %rd4, %rd5;", 2f, 3f, 2f / 3f),
                arguments("div.full.f32 %rd8, %rd4, %rd5;", 2f, 3f, 2f / 3f),
                arguments("min.f32 %rd8, %rd4, %rd5;", Float.NaN, 2f, 2f),
                arguments("max.f32 %rd8, %rd4, %rd5;", 2f, Float.NaN, 2f),
                arguments("max.NaN.f32 %rd8, %rd4, %rd5;", 2f, Float.NaN, Float.NaN),
                arguments("min.f32 %rd8, %rd4, %rd5;", 0f, -0f, -0f),
                arguments("max.f32 %rd8, %rd4, %rd5;", -0f, 0f, 0f),
                arguments("copysign.f32 %rd8, %rd4, %rd5;", -1f, 5f, -5f),
                arguments("add.ftz.f32 %rd8, %rd4, %rd5;", Float.MIN_VALUE, 0f, 0f),
                arguments("add.f32 %rd8, %rd4, %rd5;", Float.MIN_VALUE, 0f, Float.MIN_VALUE));
    }

    @ParameterizedTest(name = "{0} of {1}, {2}")
    @MethodSource
    void floats(String instruction, float a, float b, float expected) {
        assertThat(Float.floatToIntBits(evaluate(instruction, a, b))).isEqualTo(Float.floatToIntBits(expected));
    }

    static Stream<Arguments> floatsOfOneNumber() {
        return Stream.of(
                arguments("neg.f32", 2f, -2f),
                arguments("abs.f32", -2f, 2f),
                arguments("sqrt.rn.f32", 2f, (float) Math.sqrt(2)),
                arguments("rcp.rn.f32", 3f, 1 / 3f),
                arguments("rcp.approx.ftz.f32", 4f, 0.25f),
                arguments("rsqrt.approx.f32", 16f, 0.25f),
                arguments("ex2.approx.f32", 10f, 1024f),
                arguments("ex2.approx.ftz.f32", Float.NEGATIVE_INFINITY, 0f),
                arguments("lg2.approx.f32", 1024f, 10f),
                arguments("lg2.approx.f32", 0f, Float.NEGATIVE_INFINITY),
                arguments("sin.approx.f32", 1f, (float) Math.sin(1)),
                arguments("cos.approx.f32", 1f, (float) Math.cos(1)),
                arguments("tanh.approx.f32", 1f, (float) Math.tanh(1)),
                arguments("cvt.rni.f32.f32", 2.5f, 2f),
                arguments("cvt.rzi.f32.f32", -2.5f, -2f),
                arguments("cvt.rmi.f32.f32", -2.5f, -3f),
                arguments("cvt.rpi.f32.f32", 2.1f, 3f),
                arguments("cvt.sat.f32.f32", 7f, 1f),
                arguments("cvt.rna.tf32.f32", 1 + 0x1p-11f, 1 + 0x1p-10f));
    }

    @ParameterizedTest(name = "{0} of {1}")
    @MethodSource
    void floatsOfOneNumber(String instruction, float a, float expected) {
        assertThat(evaluate(instruction + " %rd8, %rd4;", a)).isEqualTo(expected);
    }

    @Test
    void roundsAsAsked() {
        Random random = new Random(4);
        for (int i = 0; i < 10; i++) {
            float a = random.nextFloat() * 1000;
            float b = random.nextFloat() / 1000;
            float c = random.nextFloat();
            BigDecimal product = new BigDecimal(a).multiply(new BigDecimal(b));
            check("fma.%s.f32 %%rd8, %%rd4, %%rd5, %%rd6;", product.add(new BigDecimal(c)), a, b, c);
            check("add.%s.f32 %%rd8, %%rd4, %%rd5;", new BigDecimal(a).add(new BigDecimal(b)), a, b);
            check("mul.%s.f32 %%rd8, %%rd4, %%rd5;", product, a, b);
            check(
                    "div.%s.f32 %%rd8, %%rd4, %%rd5;",
                    new BigDecimal(a).divide(new BigDecimal(b), new MathContext(60)), a, b);
        }
    }

    /** Against the neighbours of the exact result. */
    private static void check(String instruction, BigDecimal exact, float... operands) {
        float nearest = exact.floatValue();
        int order = new BigDecimal(nearest).compareTo(exact);
        float down = order > 0 ? Math.nextDown(nearest) : nearest;
        float up = order < 0 ? Math.nextUp(nearest) : nearest;

        assertThat(evaluate(instruction.formatted("rn"), operands)).isEqualTo(nearest);
        assertThat(evaluate(instruction.formatted("rm"), operands)).isEqualTo(down);
        assertThat(evaluate(instruction.formatted("rp"), operands)).isEqualTo(up);
        assertThat(evaluate(instruction.formatted("rz"), operands)).isEqualTo(exact.signum() > 0 ? down : up);
    }

    static Stream<Arguments> doubles() {
        return Stream.of(
                arguments("add.f64 %rd8, %rd4, %rd5;", 1.0 / 3 + 7),
                arguments("mul.f64 %rd8, %rd4, %rd5;", 1.0 / 3 * 7),
                arguments("div.rn.f64 %rd8, %rd4, %rd5;", 1.0 / 3 / 7),
                arguments("fma.rn.f64 %rd8, %rd4, %rd5, %rd4;", Math.fma(1.0 / 3, 7, 1.0 / 3)),
                arguments("sqrt.rn.f64 %rd8, %rd5;", Math.sqrt(7)),
                arguments("max.f64 %rd8, %rd4, %rd5;", 7.0));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource
    void doubles(String instruction, double expected) {
        assertThat(Double.longBitsToDouble(KernelRunner.evaluate(
                        instruction, Double.doubleToRawLongBits(1.0 / 3), Double.doubleToRawLongBits(7))))
                .isEqualTo(expected);
    }

    static Stream<Arguments> conversions() {
        return Stream.of(
                arguments("cvt.s64.s32", 0xFFFF_FFFEL, -2L),
                arguments("cvt.u64.u32", 0xFFFF_FFFEL, 0xFFFF_FFFEL),
                arguments("cvt.s32.s8", 0x80L, 0xFFFF_FF80L),
                arguments("cvt.u16.u32", 0x12_3456L, 0x3456L),
                arguments("cvt.sat.s8.s32", 1000L, 127L),
                arguments("cvt.sat.u8.s32", 0xFFFF_FFFFL, 0L),
                arguments("cvt.rn.f32.s32", 0xFFFF_FFFFL, bits(-1f)),
                arguments("cvt.rn.f32.u32", 0xFFFF_FFFFL, bits(0x1p32f)),
                arguments("cvt.rz.f32.u32", 0xFFFF_FFFFL, bits(Math.nextDown(0x1p32f))),
                arguments("cvt.rn.f32.u64", -1L, bits(0x1p64f)),
                arguments("cvt.rn.f32.s64", Long.MAX_VALUE, bits(0x1p63f)),
                arguments("cvt.rn.f32.u64", (1L << 40) + (1L << 16) + 1, bits(0x1p40f + 0x1p17f)),
                arguments("cvt.rzi.s32.f32", bits(-2.9f), 0xFFFF_FFFEL),
                arguments("cvt.rni.s32.f32", bits(2.5f), 2L),
                arguments("cvt.rni.s32.f32", bits(3.5f), 4L),
                arguments("cvt.rmi.s32.f32", bits(-2.1f), 0xFFFF_FFFDL),
                arguments("cvt.rpi.s32.f32", bits(2.1f), 3L),
                arguments("cvt.rzi.s32.f32", bits(1e20f), 0x7FFF_FFFFL),
                arguments("cvt.rzi.u32.f32", bits(-5f), 0L),
                arguments("cvt.rzi.s32.f32", bits(Float.NaN), 0L),
                arguments("cvt.rzi.u64.f32", bits(0x1.8p63f), 0xC000_0000_0000_0000L),
                arguments("cvt.rni.s8.f32", bits(300f), 127L),
                arguments("cvt.f32.f16", 0x3C00L, bits(1f)),
                arguments("cvt.rn.f16.f32", bits(65520f), 0x7C00L),
                arguments("cvt.rz.f16.f32", bits(65520f), 0x7BFFL),
                arguments("cvt.rn.f16.f32", bits(1 + 0x1p-11f), 0x3C00L),
                arguments("cvt.rn.f16.f32", bits(1 + 0x1.8p-10f), 0x3C02L),
                arguments("cvt.f32.bf16", 0x3F80L, bits(1f)),
                arguments("cvt.rn.bf16.f32", bits(1 + 0x1p-8f), 0x3F80L),
                arguments("cvt.rn.bf16.f32", bits(1 + 0x1.8p-7f), 0x3F82L),
                arguments("cvt.rn.bf16.f32", bits(Float.NaN), 0x7FFFL),
                arguments("cvt.rz.bf16.f32", bits(1.999f), 0x3FFFL),
                arguments("cvt.f64.f32", bits(1.5f), Double.doubleToRawLongBits(1.5)));
    }

    private static long bits(float value) {
        return Float.floatToRawIntBits(value) & 0xFFFF_FFFFL;
    }

    @ParameterizedTest(name = "{0} of {1}")
    @MethodSource
    void conversions(String instruction, long a, long expected) {
        int bits =
                Integer.parseInt(instruction.replaceFirst("\\.[bsuf]+\\d+$", "").replaceFirst(".*\\D", ""));

        assertThat(KernelRunner.evaluate(instruction + " %rd8, %rd4;", a) & mask(bits))
                .isEqualTo(expected);
    }

    @Test
    void convertsToPairsWithTheFirstOperandAbove() {
        assertThat(KernelRunner.evaluate("cvt.rn.bf16x2.f32 %rd8, %rd4, %rd5;", bits(1f), bits(2f)))
                .isEqualTo(0x3F80_4000L);
        assertThat(KernelRunner.evaluate("cvt.rn.f16x2.f32 %rd8, %rd4, %rd5;", bits(1f), bits(2f)))
                .isEqualTo(0x3C00_4000L);
        assertThat(KernelRunner.evaluate("cvt.rn.relu.f16x2.f32 %rd8, %rd4, %rd5;", bits(-1f), bits(2f)))
                .isEqualTo(0x4000L);
    }

    static Stream<Arguments> halves() {
        return Stream.of(
                // 1 + 2^-10 is the next number after 1 of f16, of which adding the half is rounded to even.
                arguments("add.f16 %rd8, %rd4, %rd5;", 0x3C01L, 0x1000L, 0x0L, 0x3C02L),
                arguments("mul.f16 %rd8, %rd4, %rd5;", 0x4000L, 0x4200L, 0x0L, 0x4600L),
                arguments("fma.rn.f16 %rd8, %rd4, %rd5, %rd6;", 0x4000L, 0x4200L, 0x3C00L, 0x4700L),
                arguments(
                        "fma.rn.f16x2 %rd8, %rd4, %rd5, %rd6;", 0x4000_3C00L, 0x4200_3C00L, 0x3C00_3C00L, 0x4700_4000L),
                arguments("add.rn.bf16 %rd8, %rd4, %rd5;", 0x3F80L, 0x4000L, 0x0L, 0x4040L),
                arguments(
                        "fma.rn.bf16x2 %rd8, %rd4, %rd5, %rd6;",
                        0x3F80_4000L, 0x4000_4000L, 0x3F80_3F80L, 0x4040_40A0L),
                arguments("max.f16 %rd8, %rd4, %rd5;", 0x7E00L, 0x3C00L, 0x0L, 0x3C00L),
                arguments("max.NaN.f16 %rd8, %rd4, %rd5;", 0x7E00L, 0x3C00L, 0x0L, 0x7FFFL),
                arguments("min.bf16x2 %rd8, %rd4, %rd5;", 0x3F80_4000L, 0x4000_3F80L, 0x0L, 0x3F80_3F80L),
                arguments("neg.f16x2 %rd8, %rd4;", 0x3C00_BC00L, 0L, 0L, 0xBC00_3C00L),
                arguments("abs.bf16x2 %rd8, %rd4;", 0xBF80_3F80L, 0L, 0L, 0x3F80_3F80L),
                arguments("ex2.approx.f16 %rd8, %rd4;", 0x4200L, 0L, 0L, 0x4800L));
    }

    @ParameterizedTest(name = "{0} of {1}, {2}, {3}")
    @MethodSource
    void halves(String instruction, long a, long b, long c, long expected) {
        assertThat(KernelRunner.evaluate(instruction, a, b, c)).isEqualTo(expected);
    }

    @Test
    void halfFmaRoundsOnce() {
        // The product is 1 + 2^-9 + 2^-20: rounded to f16 it loses the last term, and the sum would be a tie, rounded
        // down to even.
        double a = 1 + 0x1p-10;
        double c = 0x1p-11;
        double exact = a * a + c;
        long bits = KernelRunner.evaluate(
                "fma.rn.f16 %rd8, %rd4, %rd4, %rd5;",
                Float.floatToFloat16((float) a) & 0xFFFF, Float.floatToFloat16((float) c) & 0xFFFF);

        assertThat((double) Float.float16ToFloat((short) bits)).isEqualTo(1 + 3 * 0x1p-10);
        assertThat(exact).isGreaterThan(1 + 2.5 * 0x1p-10);
    }

    static Stream<Arguments> comparisons() {
        long nan = bits(Float.NaN);
        return Stream.of(
                arguments("setp.lt.s32", 0xFFFF_FFFFL, 0L, true),
                arguments("setp.lt.u32", 0xFFFF_FFFFL, 0L, false),
                arguments("setp.hi.u32", 0xFFFF_FFFFL, 0L, true),
                arguments("setp.ls.u64", -1L, 0L, false),
                arguments("setp.eq.b16", 0x1_0001L, 0x2_0001L, true),
                arguments("setp.ne.s64", 1L << 40, 0L, true),
                arguments("setp.lt.f32", bits(1f), bits(2f), true),
                arguments("setp.lt.f32", nan, bits(2f), false),
                arguments("setp.ltu.f32", nan, bits(2f), true),
                arguments("setp.ne.f32", nan, bits(2f), false),
                arguments("setp.neu.f32", nan, bits(2f), true),
                arguments("setp.equ.f32", nan, nan, true),
                arguments("setp.eq.f32", bits(0f), bits(-0f), true),
                arguments("setp.num.f32", bits(0f), nan, false),
                arguments("setp.nan.f32", bits(0f), nan, true),
                arguments("setp.gt.f16", 0x4000L, 0x3C00L, true),
                arguments("setp.ge.f64", Double.doubleToRawLongBits(2), Double.doubleToRawLongBits(3), false));
    }

    @ParameterizedTest(name = "{0} of {1}, {2}")
    @MethodSource
    void comparisons(String instruction, long a, long b, boolean expected) {
        assertThat(KernelRunner.evaluate(instruction + " %p1, %rd4, %rd5;\nselp.b64 %rd8, 1, 0, %p1;", a, b))
                .isEqualTo(expected ? 1 : 0);
    }

    @Test
    void combinesComparisonsWithPredicates() {
        String body = """
            setp.eq.s32 %p1, %rd4, 1;
            setp.eq.and.s32 %p2|%p3, %rd5, 2, !%p1;
            setp.eq.xor.s32 %p4, %rd5, 2, %p1;
            or.pred %p5, %p3, %p4;
            not.pred %p6, %p5;
            selp.b64 %rd9, 1, 0, %p2;
            selp.b64 %rd10, 2, 0, %p3;
            selp.b64 %rd11, 4, 0, %p4;
            selp.b64 %rd12, 8, 0, %p6;
            or.b64 %rd8, %rd9, %rd10;
            or.b64 %rd8, %rd8, %rd11;
            or.b64 %rd8, %rd8, %rd12;
            """;
        // p1 holds: p2 = p3 = false by the and; p4 = true xor true = false; p6 = not (false or false).
        assertThat(KernelRunner.evaluate(body, 1, 2)).isEqualTo(8);
        // p1 does not hold: p2 = true, p3 = not equal and true = false, p4 = true, p6 = false.
        assertThat(KernelRunner.evaluate(body, 0, 2)).isEqualTo(1 + 4);
        // p1 does not hold, 3 is not 2: p2 = false, p3 = true, p4 = false, p6 = false.
        assertThat(KernelRunner.evaluate(body, 0, 3)).isEqualTo(2);
    }

    @Test
    void testsProperties() {
        String body = "testp.%s.f32 %%p1, %%rd4;\nselp.b64 %%rd8, 1, 0, %%p1;";

        assertThat(KernelRunner.evaluate(body.formatted("infinite"), bits(Float.POSITIVE_INFINITY)))
                .isEqualTo(1);
        assertThat(KernelRunner.evaluate(body.formatted("finite"), bits(Float.NaN)))
                .isZero();
        assertThat(KernelRunner.evaluate(body.formatted("notanumber"), bits(Float.NaN)))
                .isEqualTo(1);
        assertThat(KernelRunner.evaluate(body.formatted("subnormal"), bits(Float.MIN_VALUE)))
                .isEqualTo(1);
        assertThat(KernelRunner.evaluate(body.formatted("normal"), bits(0f))).isZero();
    }
}
