package org.olmo4j.backend.cpu.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.olmo4j.checkpoint.TensorType;

/** Vector kernels of every width give the bits of the scalar ones, and these the numbers of plain double arithmetic. */
class KernelsTest {

    private static final int[] COLUMNS = {1, 2, 15, 16, 17, 31, 32, 33, 40, 64, 100, 128, 172, 2048};
    private static final int[] ROWS = {1, 2, 3, 4, 5, 7, 16, 19, 33};
    private static final int[] TOKENS = {1, 2, 3, 4, 5, 8, 11};

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
            for (TensorType type : TensorType.values()) {
                for (int columns : COLUMNS) {
                    for (int rows : ROWS) {
                        WeightMatrix matrix = randomMatrix(arena, random, type, rows, columns);
                        int tokens = TOKENS[random.nextInt(TOKENS.length)];
                        float[] inputs = randomInputs(random, matrix, tokens);
                        assertThat(product(vector, matrix, inputs, tokens))
                                .as("%s %s [%d, %d] x %d tokens", choice.description(), type, rows, columns, tokens)
                                .containsExactly(product(scalar, matrix, inputs, tokens));
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("widths")
    void aTokenAloneGetsTheBitsItGetsInABatch(KernelChoice choice) {
        Random random = new Random(2);
        Kernels kernels = choice.factory().get();
        int rows = 37;
        int tokens = 9;
        try (Arena arena = Arena.ofConfined()) {
            for (TensorType type : TensorType.values()) {
                for (int columns : new int[] {96, 100}) {
                    WeightMatrix matrix = randomMatrix(arena, random, type, rows, columns);
                    int stride = Contract.padded(columns);
                    float[] inputs = randomInputs(random, matrix, tokens);
                    float[] batch = product(kernels, matrix, inputs, tokens);
                    for (int token = 0; token < tokens; token++) {
                        float[] alone = Arrays.copyOfRange(inputs, token * stride, (token + 1) * stride);
                        assertThat(product(kernels, matrix, alone, 1))
                                .containsExactly(Arrays.copyOfRange(batch, token * rows, (token + 1) * rows));
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("widths")
    void aRangeOfRowsGetsTheBitsItGetsAsPartOfTheWhole(KernelChoice choice) {
        Random random = new Random(3);
        Kernels kernels = choice.factory().get();
        try (Arena arena = Arena.ofConfined()) {
            WeightMatrix matrix = randomMatrix(arena, random, TensorType.BF16, 50, 64);
            float[] inputs = randomInputs(random, matrix, 1);
            float[] whole = product(kernels, matrix, inputs, 1);
            float[] pieces = new float[50];
            kernels.multiply(matrix, 0, 13, inputs, 1, pieces, 50);
            kernels.multiply(matrix, 13, 14, inputs, 1, pieces, 50);
            kernels.multiply(matrix, 14, 50, inputs, 1, pieces, 50);
            assertThat(pieces).containsExactly(whole);
        }
    }

    @ParameterizedTest
    @EnumSource(TensorType.class)
    void scalarProductsAreThoseOfDoubleArithmetic(TensorType type) {
        Random random = new Random(4);
        try (Arena arena = Arena.ofConfined()) {
            for (int columns : COLUMNS) {
                int rows = 5;
                float[] natural = new float[columns];
                for (int i = 0; i < columns; i++) {
                    natural[i] = random.nextFloat() * 2 - 1;
                }
                WeightMatrix matrix = randomMatrix(arena, random, type, rows, columns);
                float[] inputs = new float[Contract.padded(columns)];
                matrix.order().pack(natural, 0, columns, inputs, 0);
                float[] result = product(new ScalarKernels(), matrix, inputs, 1);
                for (int row = 0; row < rows; row++) {
                    double expected = 0;
                    for (int k = 0; k < columns; k++) {
                        expected += (double) natural[k] * storedWeight(matrix, row, k);
                    }
                    assertThat((double) result[row]).isCloseTo(expected, within(1e-6 * Math.sqrt(columns) + 1e-6));
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("widths")
    void everyWidthActivatesToTheBitsOfTheScalarKernels(KernelChoice choice) {
        Random random = new Random(5);
        float[] gate = new float[1003];
        float[] up = new float[1003];
        for (int i = 0; i < gate.length; i++) {
            gate[i] = (float) (random.nextGaussian() * (i % 10 == 0 ? 80 : 3));
            up[i] = (float) random.nextGaussian();
        }
        gate[0] = 0;
        gate[1] = -0f;
        gate[2] = 1e30f;
        gate[3] = -1e30f;
        float[] expected = gate.clone();
        new ScalarKernels().swiglu(expected, up, 0, gate.length);
        float[] actual = gate.clone();
        choice.factory().get().swiglu(actual, up, 0, gate.length);
        assertThat(actual).containsExactly(expected);
        for (int i = 0; i < gate.length; i++) {
            double sigmoid = 1 / (1 + Math.exp(-(double) gate[i]));
            assertThat((double) expected[i])
                    .isCloseTo(gate[i] * sigmoid * up[i], within(1e-6 * (1 + Math.abs(gate[i]))));
        }
    }

    @ParameterizedTest
    @MethodSource("widths")
    void everyWidthAttendsToTheBitsOfTheScalarKernels(KernelChoice choice) {
        try (Arena arena = Arena.ofConfined()) {
            for (int headSize : new int[] {2, 10, 12, 16, 20, 32, 64, 128}) {
                for (int position : new int[] {0, 1, 5, 31, 32, 40, 95}) {
                    for (int first : new int[] {0, Math.max(0, position - 7), position}) {
                        float[] expected =
                                attend(new ScalarKernels(), arena, random(headSize), headSize, first, position);
                        float[] actual =
                                attend(choice.factory().get(), arena, random(headSize), headSize, first, position);
                        assertThat(actual)
                                .as("head size %d, visible %d to %d", headSize, first, position)
                                .containsExactly(expected);
                    }
                }
            }
        }
    }

    @Test
    void attentionIsTheSoftmaxOfTheScoresTimesTheValues() {
        int headSize = 20;
        int position = 75;
        int first = 11;
        try (Arena arena = Arena.ofConfined()) {
            Random random = random(headSize);
            MemorySegment keys = randomTiles(arena, random, headSize);
            MemorySegment values = randomTiles(arena, random, headSize);
            float[] query = randomVector(random, headSize);
            float scale = (float) (1 / Math.sqrt(headSize));
            double[] weights = new double[position + 1];
            double sum = 0;
            for (int j = first; j <= position; j++) {
                double score = 0;
                for (int i = 0; i < headSize; i++) {
                    score += (double) query[i] * element(keys, headSize, j, i);
                }
                weights[j] = Math.exp(score * scale);
                sum += weights[j];
            }
            float[] actual = attend(new ScalarKernels(), arena, random(headSize), headSize, first, position);
            for (int i = 0; i < headSize; i++) {
                double expected = 0;
                for (int j = first; j <= position; j++) {
                    expected += weights[j] / sum * element(values, headSize, j, i);
                }
                assertThat((double) actual[i]).isCloseTo(expected, within(2e-6));
            }
        }
    }

    @Test
    void theExponentialIsThatOfDoubleArithmetic() {
        for (float x = -87.2f; x < 88; x += 0.0137f) {
            double expected = Math.exp(x);
            assertThat((double) Contract.exp(x)).as("e^%s", x).isCloseTo(expected, within(2e-7 * expected));
        }
    }

    @ParameterizedTest
    @ValueSource(floats = {Float.NEGATIVE_INFINITY, -1e30f, -87.31f})
    void theExponentialOfVerySmallNumbersIsZero(float x) {
        assertThat(Contract.exp(x)).isZero();
    }

    @Test
    void theExponentialOfZeroIsOneAndOfNanIsNan() {
        assertThat(Contract.exp(0)).isEqualTo(1);
        assertThat(Contract.exp(Float.NaN)).isNaN();
    }

    private static float[] attend(Kernels kernels, Arena arena, Random random, int headSize, int first, int position) {
        MemorySegment keys = randomTiles(arena, random, headSize);
        MemorySegment values = randomTiles(arena, random, headSize);
        Attention attention = new Attention(headSize);
        attention.start(randomVector(random, headSize), 0, (float) (1 / Math.sqrt(headSize)));
        long tileBytes = (long) Attention.TILE_TOKENS * Contract.paddedToLanes(headSize) * Float.BYTES;
        for (int tile = first / Attention.TILE_TOKENS; tile <= position / Attention.TILE_TOKENS; tile++) {
            int start = tile * Attention.TILE_TOKENS;
            kernels.attend(
                    attention,
                    keys,
                    tile * tileBytes,
                    values,
                    tile * tileBytes,
                    Math.max(0, first - start),
                    Math.min(Attention.TILE_TOKENS, position + 1 - start));
        }
        float[] output = new float[headSize];
        attention.finish(output, 0);
        return output;
    }

    private static Random random(int seed) {
        return new Random(seed);
    }

    private static MemorySegment randomTiles(Arena arena, Random random, int headSize) {
        int padded = Contract.paddedToLanes(headSize);
        MemorySegment tiles = arena.allocate(3L * Attention.TILE_TOKENS * padded * Float.BYTES, 64);
        for (int token = 0; token < 3 * Attention.TILE_TOKENS; token++) {
            for (int i = 0; i < headSize; i++) {
                tiles.setAtIndex(ValueLayout.JAVA_FLOAT, (long) token * padded + i, (float) random.nextGaussian());
            }
        }
        return tiles;
    }

    private static float element(MemorySegment tiles, int headSize, int token, int i) {
        return tiles.getAtIndex(ValueLayout.JAVA_FLOAT, (long) token * Contract.paddedToLanes(headSize) + i);
    }

    private static float[] randomVector(Random random, int length) {
        float[] vector = new float[length];
        for (int i = 0; i < length; i++) {
            vector[i] = (float) random.nextGaussian();
        }
        return vector;
    }

    private static float[] product(Kernels kernels, WeightMatrix matrix, float[] inputs, int tokens) {
        float[] outputs = new float[tokens * matrix.rows()];
        kernels.multiply(matrix, 0, matrix.rows(), inputs, tokens, outputs, matrix.rows());
        return outputs;
    }

    private static float[] randomInputs(Random random, WeightMatrix matrix, int tokens) {
        int stride = Contract.padded(matrix.columns());
        float[] inputs = new float[tokens * stride];
        for (int token = 0; token < tokens; token++) {
            matrix.order().pack(randomVector(random, matrix.columns()), 0, matrix.columns(), inputs, token * stride);
        }
        return inputs;
    }

    private static WeightMatrix randomMatrix(Arena arena, Random random, TensorType type, int rows, int columns) {
        MemorySegment data = arena.allocate((long) rows * columns * type.bytes());
        for (long i = 0; i < (long) rows * columns; i++) {
            float weight = (float) random.nextGaussian() * 0.1f;
            switch (type) {
                case F32 -> data.setAtIndex(ValueLayout.JAVA_FLOAT, i, weight);
                case F16 -> data.setAtIndex(ValueLayout.JAVA_SHORT, i, Float.floatToFloat16(weight));
                case BF16 ->
                    data.setAtIndex(ValueLayout.JAVA_SHORT, i, (short) (Float.floatToRawIntBits(weight) >>> 16));
            }
        }
        return new WeightMatrix(type, rows, columns, data);
    }

    private static float storedWeight(WeightMatrix matrix, int row, int column) {
        long index = (long) row * matrix.columns() + column;
        return switch (matrix.type()) {
            case F32 -> matrix.data().getAtIndex(ValueLayout.JAVA_FLOAT, index);
            case F16 -> Float.float16ToFloat(matrix.data().getAtIndex(ValueLayout.JAVA_SHORT, index));
            case BF16 -> Float.intBitsToFloat(matrix.data().getAtIndex(ValueLayout.JAVA_SHORT, index) << 16);
        };
    }
}
