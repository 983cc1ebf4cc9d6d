package org.olmo4j.backend.cpu.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Matrix products of every format: vectors of every width give the bits of the scalar kernels, and these the numbers of double arithmetic. */
class ProductTest {

    private static final int[] COLUMNS = {1, 2, 15, 16, 17, 31, 32, 33, 40, 64, 96, 100, 128, 172, 544, 2048};
    private static final int[] ROWS = {1, 2, 3, 4, 5, 7, 16, 19, 32, 33, 70, 100};
    private static final int[] TOKENS = {1, 2, 3, 4, 5, 8, 11, 12, 16, 19, 20, 33, 64, 70};

    static Stream<KernelChoice> widths() {
        return Stream.of(64, 128, 256, 512).map(KernelChoice::vector);
    }

    @ParameterizedTest
    @MethodSource("widths")
    void everyWidthMultipliesToTheBitsOfTheScalarKernels(KernelChoice choice) {
        Random random = new Random(1);
        Kernels vector = choice.factory().get();
        Kernels scalar = new ScalarKernels();
        try (Arena arena = Arena.ofConfined()) {
            for (WeightFormat format : WeightFormat.values()) {
                for (int columns : COLUMNS) {
                    for (int rows : ROWS) {
                        WeightMatrix matrix =
                                matrix(arena, format, rows, columns, randomVector(random, rows * columns, 0.1));
                        int tokens = TOKENS[random.nextInt(TOKENS.length)];
                        float[] inputs = randomVector(random, tokens * columns, 1);
                        assertThat(product(vector, matrix, inputs, tokens))
                                .as("%s %s [%d, %d] x %d tokens", choice.description(), format, rows, columns, tokens)
                                .containsExactly(product(scalar, matrix, inputs, tokens));
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("widths")
    void aTokenAloneGetsTheBitsItGetsInABatchOfAnySize(KernelChoice choice) {
        Random random = new Random(2);
        Kernels kernels = choice.factory().get();
        int rows = 37;
        try (Arena arena = Arena.ofConfined()) {
            for (WeightFormat format : WeightFormat.values()) {
                for (int columns : new int[] {96, 100}) {
                    WeightMatrix matrix =
                            matrix(arena, format, rows, columns, randomVector(random, rows * columns, 0.1));
                    float[] inputs = randomVector(random, 70 * columns, 1);
                    float[][] alone = new float[70][];
                    for (int token = 0; token < alone.length; token++) {
                        float[] input = Arrays.copyOfRange(inputs, token * columns, (token + 1) * columns);
                        alone[token] = product(kernels, matrix, input, 1);
                    }
                    for (int tokens : TOKENS) {
                        float[] batch = product(kernels, matrix, inputs, tokens);
                        for (int token = 0; token < tokens; token++) {
                            assertThat(Arrays.copyOfRange(batch, token * rows, (token + 1) * rows))
                                    .as("%s, token %d of %d", format, token, tokens)
                                    .containsExactly(alone[token]);
                        }
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("widths")
    void inputsBeyondTheCacheGetTheBitsOfTheScalarKernels(KernelChoice choice) {
        Random random = new Random(6);
        int columns = 32768;
        int tokens = 70;
        try (Arena arena = Arena.ofConfined()) {
            WeightMatrix matrix = matrix(arena, WeightFormat.BF16, 3, columns, randomVector(random, 3 * columns, 0.1));
            float[] inputs = randomVector(random, tokens * columns, 1);
            assertThat(product(choice.factory().get(), matrix, inputs, tokens))
                    .containsExactly(product(new ScalarKernels(), matrix, inputs, tokens));
        }
    }

    @ParameterizedTest
    @MethodSource("widths")
    void aRangeOfRowsGetsTheBitsItGetsAsPartOfTheWhole(KernelChoice choice) {
        Random random = new Random(3);
        Kernels kernels = choice.factory().get();
        try (Arena arena = Arena.ofConfined()) {
            for (WeightFormat format : WeightFormat.values()) {
                for (int tokens : new int[] {1, 3, 20}) {
                    WeightMatrix matrix = matrix(arena, format, 110, 64, randomVector(random, 110 * 64, 0.1));
                    float[] inputs = randomVector(random, tokens * 64, 1);
                    float[] whole = product(kernels, matrix, inputs, tokens);
                    Activations activations = prepared(kernels, matrix, inputs, tokens);
                    float[] pieces = new float[tokens * 110];
                    kernels.multiply(matrix, 0, 32, activations, pieces, 110);
                    kernels.multiply(matrix, 32, 96, activations, pieces, 110);
                    kernels.multiply(matrix, 96, 110, activations, pieces, 110);
                    assertThat(pieces).as("%s, %d tokens", format, tokens).containsExactly(whole);
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(WeightFormat.class)
    void scalarProductsAreThoseOfDoubleArithmetic(WeightFormat format) {
        Random random = new Random(4);
        try (Arena arena = Arena.ofConfined()) {
            for (int columns : COLUMNS) {
                int rows = 67;
                float[] weights = randomVector(random, rows * columns, 0.1);
                float[] input = randomVector(random, columns, 1);
                WeightMatrix matrix = matrix(arena, format, rows, columns, weights);
                float[] result = product(new ScalarKernels(), matrix, input, 1);
                double[] held = HeldNumbers.inputs(format, input);
                for (int row = 0; row < rows; row++) {
                    double[] heldRow = HeldNumbers.weights(
                            format, Arrays.copyOfRange(weights, row * columns, (row + 1) * columns));
                    double expected = 0;
                    for (int k = 0; k < columns; k++) {
                        expected += held[k] * heldRow[k];
                    }
                    assertThat((double) result[row])
                            .as("row %d of %d columns", row, columns)
                            .isCloseTo(expected, within(1e-7 * Math.sqrt(columns) + 1e-7));
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(WeightFormat.class)
    void rowsAreWidenedToTheWeightsThatAreHeld(WeightFormat format) {
        Random random = new Random(5);
        try (Arena arena = Arena.ofConfined()) {
            int rows = 70;
            int columns = 77;
            float[] weights = randomVector(random, rows * columns, 0.1);
            WeightMatrix matrix = matrix(arena, format, rows, columns, weights);
            float[] widened = matrix.toFloats();
            for (int row = 0; row < rows; row++) {
                double[] expected =
                        HeldNumbers.weights(format, Arrays.copyOfRange(weights, row * columns, (row + 1) * columns));
                for (int k = 0; k < columns; k++) {
                    assertThat((double) widened[row * columns + k]).isEqualTo(expected[k]);
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("widths")
    void halfFloatsOfEveryKindAreWidenedAsTheJdkDoes(KernelChoice choice) {
        // All numbers, subnormal ones and zeros; 32 to a row, each the only one that meets an input other than zero.
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment data = arena.allocate(2L << 16);
            for (int bits = 0; bits < 1 << 16; bits++) {
                data.setAtIndex(ValueLayout.JAVA_SHORT, bits, (short) (finite(bits) ? bits : 0));
            }
            WeightMatrix matrix = new WeightMatrix(WeightFormat.F16, 1 << 11, 32, data);
            for (int tokens : new int[] {1, 2, 32}) {
                float[] inputs = new float[tokens * 32];
                for (int k = 0; k < 32; k++) {
                    Arrays.fill(inputs, 0);
                    for (int token = 0; token < tokens; token++) {
                        inputs[token * 32 + k] = 1;
                    }
                    float[] product = product(choice.factory().get(), matrix, inputs, tokens);
                    for (int row = 0; row < matrix.rows(); row++) {
                        int bits = row * 32 + k;
                        float expected = finite(bits) ? Float.float16ToFloat((short) bits) : 0;
                        assertThat(product[row]).isEqualTo(expected + 0f);
                    }
                }
            }
        }
    }

    private static boolean finite(int halfFloat) {
        return (halfFloat & 0x7C00) != 0x7C00;
    }

    private static Activations prepared(Kernels kernels, WeightMatrix matrix, float[] inputs, int tokens) {
        Activations activations = new Activations();
        activations.reserve(matrix, tokens);
        // In two ranges, as threads do it.
        int middle = tokens / 2 / Activations.TOKEN_GROUP * Activations.TOKEN_GROUP;
        kernels.prepare(matrix, inputs, middle, tokens, activations);
        kernels.prepare(matrix, inputs, 0, middle, activations);
        return activations;
    }

    private static float[] product(Kernels kernels, WeightMatrix matrix, float[] inputs, int tokens) {
        float[] outputs = new float[tokens * matrix.rows()];
        Activations activations = prepared(kernels, matrix, inputs, tokens);
        kernels.multiply(matrix, 0, matrix.rows(), activations, outputs, matrix.rows());
        return outputs;
    }

    private static float[] randomVector(Random random, int length, double deviation) {
        float[] vector = new float[length];
        for (int i = 0; i < length; i++) {
            vector[i] = (float) (random.nextGaussian() * deviation);
        }
        return vector;
    }

    private static WeightMatrix matrix(Arena arena, WeightFormat format, int rows, int columns, float[] weights) {
        MemorySegment data = arena.allocate(WeightMatrix.bytes(format, rows, columns), 64);
        WeightMatrix matrix = new WeightMatrix(format, rows, columns, data);
        WeightWriter writer = new WeightWriter();
        for (int row = 0; row < rows; row++) {
            assertThat(writer.write(weights, row * columns, matrix, row)).isTrue();
        }
        return matrix;
    }
}
