package org.olmo4j.quantization;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The quantized formats, against values computed by hand and the definition in double arithmetic. */
class BlocksTest {

    private static final int SIZE = 32;

    private static float[] block(double deviation, Random random) {
        float[] block = new float[SIZE];
        for (int i = 0; i < SIZE; i++) {
            block[i] = (float) (random.nextGaussian() * deviation);
        }
        return block;
    }

    @Test
    void int8WeightsAreMultiplesOfTheScale() {
        // The largest magnitude is 127 x 0.5, so that the scale is 0.5.
        float[] weights = new float[SIZE];
        weights[0] = -63.5f;
        weights[1] = 0.5f;
        weights[2] = 0.7f;
        weights[3] = 0.75f; // 1.5 scales: to even
        weights[4] = 1.25f; // 2.5 scales: to even
        weights[31] = 63.4f;
        byte[] quants = new byte[SIZE];
        assertThat(Bfloat16.toFloat(Int8Block.quantize(weights, 0, quants, 0))).isEqualTo(0.5f);
        assertThat(Arrays.copyOf(quants, 6)).containsExactly(-127, 1, 1, 2, 2, 0);
        assertThat(quants[31]).isEqualTo((byte) 127);

        float[] back = new float[SIZE];
        Int8Block.dequantize(quants, 0, Bfloat16.of(0.5f), back, 0);
        assertThat(Arrays.copyOf(back, 6)).containsExactly(-63.5f, 0.5f, 0.5f, 1, 1, 0);
    }

    @ParameterizedTest
    @ValueSource(doubles = {1e-30, 1e-5, 0.02, 1, 1e20})
    void int8WeightsAreOffByAtMostHalfAScale(double deviation) {
        Random random = new Random(2);
        byte[] quants = new byte[SIZE];
        float[] back = new float[SIZE];
        for (int n = 0; n < 2000; n++) {
            float[] weights = block(deviation, random);
            float scale = Bfloat16.toFloat(Int8Block.quantize(weights, 0, quants, 0));
            double largest = 0;
            for (float weight : weights) {
                largest = Math.max(largest, Math.abs((double) weight));
            }
            assertThat((double) scale).isCloseTo(largest / 127, within(largest / 127 / 256));
            Int8Block.dequantize(quants, 0, Bfloat16.of(scale), back, 0);
            for (int i = 0; i < SIZE; i++) {
                assertThat((double) back[i]).isCloseTo(weights[i], within(scale * 0.5000001));
            }
        }
    }

    @Test
    void int4PutsTheLargestWeightAtMinusEight() {
        // All weights are multiples of 0.25 from -1.75 to 2: the scale -0.25 has no error, whatever else is tried.
        float[] weights = new float[SIZE];
        for (int i = 0; i < SIZE; i++) {
            weights[i] = 0.25f * (i % 16 - 7);
        }
        byte[] quants = new byte[SIZE];
        short scale = Int4Block.quantize(weights, 0, quants, 0);
        assertThat(Bfloat16.toFloat(scale)).isEqualTo(-0.25f);
        float[] back = new float[SIZE];
        Int4Block.dequantize(quants, 0, scale, back, 0);
        for (int i = 0; i < SIZE; i++) {
            assertThat(quants[i]).isEqualTo((byte) (7 - i % 16));
            assertThat((double) back[i]).isEqualTo(weights[i], within(0.0));
        }
    }

    @Test
    void int4OfTwoLargestWeightsTakesThePositive() {
        float[] weights = new float[SIZE];
        weights[3] = -2;
        weights[5] = 2;
        byte[] quants = new byte[SIZE];
        assertThat(Bfloat16.toFloat(Int4Block.quantize(weights, 0, quants, 0))).isNegative();
    }

    @ParameterizedTest
    @ValueSource(doubles = {1e-12, 1e-5, 0.02, 1, 1e15})
    void int4TakesTheBestOfItsScalesAndTheNearestIntegers(double deviation) {
        Random random = new Random(3);
        byte[] quants = new byte[SIZE];
        float[] back = new float[SIZE];
        int[] chosen = new int[3];
        for (int n = 0; n < 2000; n++) {
            float[] weights = block(deviation, random);
            short bits = Int4Block.quantize(weights, 0, quants, 0);
            Int4Block.dequantize(quants, 0, bits, back, 0);
            double extreme = 0;
            for (float weight : weights) {
                extreme = Math.abs(weight) > Math.abs(extreme) ? weight : extreme;
            }
            double[] errors = new double[3];
            double[] divisors = {-8, -8.5, -7.5};
            for (int candidate = 0; candidate < 3; candidate++) {
                double scale = Bfloat16.toFloat(Bfloat16.of((float) (extreme / divisors[candidate])));
                for (float weight : weights) {
                    double nearest = Double.POSITIVE_INFINITY;
                    for (int q = -8; q <= 7; q++) {
                        nearest = Math.min(nearest, Math.abs(q * scale - weight));
                    }
                    errors[candidate] += nearest * nearest;
                }
                if (bits == Bfloat16.of((float) scale)) {
                    chosen[candidate]++;
                }
            }
            double error = 0;
            for (int i = 0; i < SIZE; i++) {
                error += ((double) back[i] - weights[i]) * ((double) back[i] - weights[i]);
            }
            double least = Arrays.stream(errors).min().orElseThrow();
            assertThat(error).isCloseTo(least, within(1e-5 * least));
        }
        assertThat(Arrays.stream(chosen).min().orElseThrow())
                .as("blocks for which each scale was best")
                .isGreaterThan(100);
    }

    @Test
    void inputsAreOffByAtMostHalfAScale() {
        Random random = new Random(4);
        byte[] quants = new byte[SIZE];
        for (int n = 0; n < 2000; n++) {
            float[] inputs = block(Math.pow(10, n % 20 - 10), random);
            float scale = Int8Input.quantize(inputs, 0, quants, 0);
            float largest = 0;
            for (int i = 0; i < SIZE; i++) {
                largest = Math.max(largest, Math.abs(inputs[i]));
                assertThat((double) quants[i] * scale).isCloseTo(inputs[i], within(scale * 0.50001));
            }
            assertThat((double) scale).isCloseTo(largest / 127.0, within(1e-7 * largest));
        }
    }

    @Test
    void nothingButZerosHasTheScaleZero() {
        byte[] quants = new byte[SIZE];
        float[] zeros = new float[SIZE];
        assertThat(Bfloat16.toFloat(Int8Block.quantize(zeros, 0, quants, 0))).isZero();
        assertThat(quants).containsOnly(0);
        assertThat(Bfloat16.toFloat(Int4Block.quantize(zeros, 0, quants, 0))).isZero();
        assertThat(quants).containsOnly(0);
        zeros[7] = 1e-38f;
        assertThat(Int8Input.quantize(zeros, 0, quants, 0)).isZero();
        assertThat(quants).containsOnly(0);
    }

    @ParameterizedTest
    @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY})
    void aWeightThatIsNoFiniteNumberShowsInTheScale(float weight) {
        float[] weights = block(1, new Random(5));
        weights[17] = weight;
        byte[] quants = new byte[SIZE];
        assertThat(Bfloat16.toFloat(Int8Block.quantize(weights, 0, quants, 0)))
                .matches(scale -> !Float.isFinite(scale));
        assertThat(Bfloat16.toFloat(Int4Block.quantize(weights, 0, quants, 0)))
                .matches(scale -> !Float.isFinite(scale));
        assertThat(Int8Input.quantize(weights, 0, quants, 0)).matches(scale -> !Float.isFinite(scale));
    }

    @Test
    void offsetsAreThoseOfTheBlock() {
        float[] weights = block(1, new Random(6));
        byte[] alone = new byte[SIZE];
        byte[] within = new byte[SIZE + 9];
        float[] shifted = new float[SIZE + 5];
        System.arraycopy(weights, 0, shifted, 3, SIZE);
        assertThat(Int8Block.quantize(shifted, 3, within, 7)).isEqualTo(Int8Block.quantize(weights, 0, alone, 0));
        assertThat(Arrays.copyOfRange(within, 7, 7 + SIZE)).containsExactly(alone);
        assertThat(Int4Block.quantize(shifted, 3, within, 7)).isEqualTo(Int4Block.quantize(weights, 0, alone, 0));
        assertThat(Arrays.copyOfRange(within, 7, 7 + SIZE)).containsExactly(alone);
        assertThat(Int8Input.quantize(shifted, 3, within, 7)).isEqualTo(Int8Input.quantize(weights, 0, alone, 0));
        assertThat(Arrays.copyOfRange(within, 7, 7 + SIZE)).containsExactly(alone);
    }
}
