package org.olmo4j.backend.cpu.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.olmo4j.backend.KeyValueType;
import org.olmo4j.quantization.Bfloat16;

/** Attention over three tiles: vectors of every width give the bits of the scalar kernels, and these the numbers of double arithmetic. */
class AttentionTest {

    private static final int TOKENS = 3 * Attention.TILE_TOKENS;

    /** Natural vectors of one head. */
    private record Head(int size, float[] query, float[][] keys, float[][] values) {

        static Head random(int size) {
            Random random = new Random(size);
            float[][] keys = new float[TOKENS][];
            float[][] values = new float[TOKENS][];
            for (int token = 0; token < TOKENS; token++) {
                keys[token] = vector(random, size);
                values[token] = vector(random, size);
            }
            return new Head(size, vector(random, size), keys, values);
        }

        private static float[] vector(Random random, int length) {
            float[] vector = new float[length];
            for (int i = 0; i < length; i++) {
                vector[i] = (float) random.nextGaussian();
            }
            return vector;
        }

        /** With keys and values as a type holds them. */
        Head held(KeyValueType type) {
            return type == KeyValueType.F32 ? this : new Head(size, query, rounded(keys), rounded(values));
        }

        private static float[][] rounded(float[][] vectors) {
            float[][] rounded = new float[vectors.length][];
            for (int token = 0; token < vectors.length; token++) {
                rounded[token] = vectors[token].clone();
                for (int i = 0; i < rounded[token].length; i++) {
                    rounded[token][i] = Bfloat16.toFloat(Bfloat16.of(rounded[token][i]));
                }
            }
            return rounded;
        }
    }

    static Stream<KernelChoice> widths() {
        return Stream.of(64, 128, 256, 512).map(KernelChoice::vector);
    }

    @ParameterizedTest
    @MethodSource("widths")
    void everyWidthAttendsToTheBitsOfTheScalarKernels(KernelChoice choice) {
        Kernels vector = choice.factory().get();
        Kernels scalar = new ScalarKernels();
        for (KeyValueType type : KeyValueType.values()) {
            for (int headSize : new int[] {2, 10, 12, 16, 20, 32, 48, 64, 128}) {
                Head head = Head.random(headSize);
                for (int position : new int[] {0, 1, 5, 31, 32, 40, 95}) {
                    for (int first : new int[] {0, Math.max(0, position - 7), position}) {
                        assertThat(attend(vector, type, head, first, position))
                                .as("%s, head size %d, visible %d to %d", type, headSize, first, position)
                                .containsExactly(attend(scalar, type, head, first, position));
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(KeyValueType.class)
    void attentionIsTheSoftmaxOfTheScoresTimesTheValues(KeyValueType type) {
        int position = 75;
        int first = 11;
        Head head = Head.random(20);
        Head held = head.held(type);
        double[] weights = new double[position + 1];
        double sum = 0;
        for (int j = first; j <= position; j++) {
            double score = 0;
            for (int i = 0; i < head.size(); i++) {
                score += (double) held.query()[i] * held.keys()[j][i];
            }
            weights[j] = Math.exp(score / Math.sqrt(head.size()));
            sum += weights[j];
        }
        float[] actual = attend(new ScalarKernels(), type, head, first, position);
        for (int i = 0; i < head.size(); i++) {
            double expected = 0;
            for (int j = first; j <= position; j++) {
                expected += weights[j] / sum * held.values()[j][i];
            }
            assertThat((double) actual[i]).isCloseTo(expected, within(2e-6));
        }
    }

    @Test
    void narrowKeysAndValuesGiveTheBitsOfWideOnesOfTheSameNumbers() {
        Head head = Head.random(64);
        assertThat(attend(new ScalarKernels(), KeyValueType.BF16, head, 3, 70))
                .containsExactly(attend(new ScalarKernels(), KeyValueType.F32, head.held(KeyValueType.BF16), 3, 70));
    }

    private static float[] attend(Kernels kernels, KeyValueType type, Head head, int first, int position) {
        try (Arena arena = Arena.ofConfined()) {
            long tileBytes = KeyValueTile.bytes(type, head.size());
            MemorySegment keys = arena.allocate(3 * tileBytes, 64);
            MemorySegment values = arena.allocate(3 * tileBytes, 64);
            long tokenBytes = tileBytes / Attention.TILE_TOKENS;
            for (int token = 0; token < TOKENS; token++) {
                KeyValueTile.write(type, head.keys()[token], 0, head.size(), keys, token * tokenBytes);
                KeyValueTile.write(type, head.values()[token], 0, head.size(), values, token * tokenBytes);
            }
            Attention attention = new Attention(type, head.size());
            attention.start(head.query(), 0, (float) (1 / Math.sqrt(head.size())));
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
            float[] output = new float[head.size()];
            attention.finish(output, 0);
            return output;
        }
    }
}
