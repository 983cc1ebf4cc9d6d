package org.olmo4j.quantization;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class Bfloat16Test {

    @ParameterizedTest
    @CsvSource({
        // value, expected: 1 + n/128 are the bfloat16 numbers from 1 to 2
        "1.0, 1.0",
        "1.00390625, 1.0", // half-way between 1 and 1 + 1/128: to even
        "1.01171875, 1.015625", // half-way between 1 + 1/128 and 1 + 2/128: to even
        "1.0039064, 1.0078125", // just above half-way
        "-1.0039064, -1.0078125",
        "1.9980469, 2.0", // over the power of two
        "3.4028235e38, Infinity",
        "-Infinity, -Infinity",
        "0.0, 0.0",
        "-0.0, -0.0"
    })
    void roundsToNearestTiesToEven(float value, float expected) {
        assertThat(Bfloat16.toFloat(Bfloat16.of(value))).isEqualTo(expected);
    }

    @Test
    void noBfloat16IsNearerThanTheOneChosen() {
        Random random = new Random(1);
        for (int i = 0; i < 20_000; i++) {
            float value = (float) (random.nextGaussian() * Math.pow(10, random.nextInt(60) - 30));
            short rounded = Bfloat16.of(value);
            BigDecimal distance = distance(rounded, value);
            assertThat(distance).isLessThanOrEqualTo(distance((short) (rounded + 1), value));
            assertThat(distance).isLessThanOrEqualTo(distance((short) (rounded - 1), value));
        }
    }

    private static BigDecimal distance(short bits, float value) {
        return new BigDecimal(Bfloat16.toFloat(bits))
                .subtract(new BigDecimal(value))
                .abs();
    }

    @Test
    void notANumberStaysNotANumber() {
        assertThat(Bfloat16.toFloat(Bfloat16.of(Float.NaN))).isNaN();
        // The mantissa of this one has no bit in the upper half, and would round up to infinity.
        assertThat(Bfloat16.toFloat(Bfloat16.of(Float.intBitsToFloat(0x7F800001))))
                .isNaN();
        assertThat(Bfloat16.toFloat(Bfloat16.of(Float.intBitsToFloat(0x7FFFFFFF))))
                .isNaN();
    }
}
