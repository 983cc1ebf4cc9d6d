package org.olmo4j.backend.cpu.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.util.function.IntUnaryOperator;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import org.olmo4j.quantization.Bfloat16;

/**
 * Fills a panel with the Vector API; see {@link VectorKernels}. Rows are transposed as 32-bit words, whatever they hold, and widened afterwards:
 * one word brings one, two or four weights.
 */
final class VectorPanel implements RowPanel {

    private static final VectorSpecies<Float> FLOATS = VectorWidths.floats(MethodHandles.lookup());
    private static final VectorSpecies<Integer> INTS = VectorSpecies.of(int.class, FLOATS.vectorShape());
    private static final int WIDTH = FLOATS.length();
    private static final int UPPER_HALF = 0xFFFF0000;
    private static final int ROWS = Contract.ROW_GROUP;

    /** Rows, and words of a row, that are transposed at once. */
    private static final int TILE = 16;

    /** Words of a row that are read in one run: 1 KiB. */
    private static final int STAGED_WORDS = 256;
    /** Distance of two rows; a power of two would bring them all to the same few sets of the L1 cache. */
    private static final int STAGED_STRIDE = STAGED_WORDS + 16;

    /** Rows whose words meet in a block of 128 bits. */
    private static final int QUAD = 4;

    // Two vectors to one, by lane; within each block of four lanes: the lower or upper two of both, word by word or
    // pair by pair.
    private static final IntVector LOWER_WORDS = indices(i -> (i & -4) + (i % QUAD / 2) + i % 2 * WIDTH);
    private static final IntVector UPPER_WORDS = indices(i -> (i & -4) + 2 + (i % QUAD / 2) + i % 2 * WIDTH);
    private static final IntVector LOWER_PAIRS = indices(i -> (i & -4) + i % 2 + i % QUAD / 2 * WIDTH);
    private static final IntVector UPPER_PAIRS = indices(i -> (i & -4) + 2 + i % 2 + i % QUAD / 2 * WIDTH);
    // Every second block of four lanes of both vectors.
    private static final IntVector EVEN_BLOCKS = indices(i -> i / QUAD * 2 * QUAD + i % QUAD);
    private static final IntVector ODD_BLOCKS = indices(i -> i / QUAD * 2 * QUAD + QUAD + i % QUAD);

    private final WidenedRows widened = new WidenedRows();
    /** [row of a tile][word]. */
    private final int[] staged = new int[TILE * STAGED_STRIDE];

    private final long[] rowOffsets = new long[ROWS];
    /** [word][row] of a tile. */
    private final int[] words = new int[TILE * TILE];
    /** [quad of rows][word of a block][lane]. */
    private final int[] quads = new int[TILE * TILE];

    private float[] panel = new float[0];
    /** [block][row]. */
    private float[] scales = new float[0];

    private static IntVector indices(IntUnaryOperator function) {
        int[] indices = new int[WIDTH];
        for (int i = 0; i < WIDTH; i++) {
            indices[i] = function.applyAsInt(i);
        }
        return IntVector.fromArray(INTS, indices, 0);
    }

    @Override
    public float[] fill(WeightMatrix matrix, int row, int rows) {
        if (matrix.format() != WeightFormat.INT8 && matrix.columns() != matrix.stride()) {
            return fill(widened.widen(matrix, row, row + rows), 0, rows);
        }
        int steps = matrix.stride() / Contract.LANES;
        int elements = RowPanel.laneOffset(Contract.LANES, steps);
        if (panel.length < elements) {
            panel = new float[elements];
            scales = new float[matrix.blocks() * ROWS];
        }
        for (int i = 0; i < ROWS; i++) {
            rowOffsets[i] = matrix.rowOffset(row + Math.min(i, rows - 1));
        }
        int weightsOfTile = TILE * Integer.BYTES / bytes(matrix.format());
        if (matrix.format() == WeightFormat.INT8) {
            fillScales(matrix, row, rows);
        }
        int words = matrix.stride() * bytes(matrix.format()) / Integer.BYTES;
        for (int start = 0; start < ROWS; start += TILE) {
            for (int word = 0; word < words; word += STAGED_WORDS) {
                int end = Math.min(words, word + STAGED_WORDS);
                stage(matrix.data(), start, word, end);
                for (int first = word; first < end; first += TILE) {
                    int k = first / TILE * weightsOfTile;
                    transpose(first - word);
                    widen(matrix.format(), k, Math.min(weightsOfTile, matrix.stride() - k), steps, start);
                }
            }
        }
        return panel;
    }

    private static int bytes(WeightFormat format) {
        return switch (format) {
            case F32 -> Float.BYTES;
            case BF16, F16 -> Short.BYTES;
            case INT8 -> Byte.BYTES;
            case INT4 -> throw new IllegalArgumentException("No panel for " + format);
        };
    }

    private void fillScales(WeightMatrix matrix, int row, int rows) {
        int blocks = matrix.blocks();
        if (scales.length < blocks * ROWS) {
            scales = new float[blocks * ROWS];
        }
        for (int i = 0; i < rows; i++) {
            long offset = matrix.scalesOffset(row + i);
            for (int block = 0; block < blocks; block++) {
                scales[block * ROWS + i] =
                        Bfloat16.toFloat(matrix.data().get(WeightMatrix.SHORTS, offset + 2L * block));
            }
        }
    }

    /** Some words of 16 rows: memory is read in runs, since the prefetchers follow no more than some streams that are read in turn. */
    private void stage(MemorySegment data, int row, int from, int to) {
        for (int i = 0; i < TILE; i++) {
            long offset = rowOffsets[row + i] + (long) Integer.BYTES * from;
            MemorySegment.copy(data, WeightMatrix.WORDS, offset, staged, i * STAGED_STRIDE, to - from);
        }
    }

    /** 16 words, from a staged one on, of 16 rows, into {@link #words}. */
    private void transpose(int first) {
        if (WIDTH < QUAD) {
            for (int i = 0; i < TILE; i++) {
                for (int word = 0; word < TILE; word++) {
                    words[word * TILE + i] = staged[i * STAGED_STRIDE + first + word];
                }
            }
            return;
        }
        for (int word = 0; word < TILE; word += WIDTH) {
            for (int quad = 0; quad < QUAD; quad++) {
                transposeBlocks(QUAD * quad * STAGED_STRIDE + first + word, quad * QUAD * WIDTH);
            }
            for (int i = 0; i < QUAD; i++) {
                if (WIDTH == TILE) {
                    joinFour(i * WIDTH, i * TILE);
                } else if (WIDTH == TILE / 2) {
                    joinTwo(i * WIDTH, (word + i) * TILE);
                    joinTwo((2 * QUAD + i) * WIDTH, (word + i) * TILE + WIDTH);
                } else {
                    for (int quad = 0; quad < QUAD; quad++) {
                        System.arraycopy(
                                quads, (quad * QUAD + i) * WIDTH, words, (word + i) * TILE + quad * QUAD, QUAD);
                    }
                }
            }
        }
    }

    /** Four rows: lane 4j + a of vector b gets word 4j + b of row a. */
    private void transposeBlocks(int source, int target) {
        IntVector a = IntVector.fromArray(INTS, staged, source);
        IntVector b = IntVector.fromArray(INTS, staged, source + STAGED_STRIDE);
        IntVector c = IntVector.fromArray(INTS, staged, source + 2 * STAGED_STRIDE);
        IntVector d = IntVector.fromArray(INTS, staged, source + 3 * STAGED_STRIDE);
        IntVector lowerAb = LOWER_WORDS.selectFrom(a, b);
        IntVector lowerCd = LOWER_WORDS.selectFrom(c, d);
        LOWER_PAIRS.selectFrom(lowerAb, lowerCd).intoArray(quads, target);
        UPPER_PAIRS.selectFrom(lowerAb, lowerCd).intoArray(quads, target + WIDTH);
        IntVector upperAb = UPPER_WORDS.selectFrom(a, b);
        IntVector upperCd = UPPER_WORDS.selectFrom(c, d);
        LOWER_PAIRS.selectFrom(upperAb, upperCd).intoArray(quads, target + 2 * WIDTH);
        UPPER_PAIRS.selectFrom(upperAb, upperCd).intoArray(quads, target + 3 * WIDTH);
    }

    /** Vectors of four blocks: those of all four quads for one word of the block make four words of all rows. */
    private void joinFour(int source, int target) {
        IntVector a = IntVector.fromArray(INTS, quads, source);
        IntVector b = IntVector.fromArray(INTS, quads, source + QUAD * WIDTH);
        IntVector c = IntVector.fromArray(INTS, quads, source + 2 * QUAD * WIDTH);
        IntVector d = IntVector.fromArray(INTS, quads, source + 3 * QUAD * WIDTH);
        IntVector evenAb = EVEN_BLOCKS.selectFrom(a, b);
        IntVector evenCd = EVEN_BLOCKS.selectFrom(c, d);
        EVEN_BLOCKS.selectFrom(evenAb, evenCd).intoArray(words, target);
        ODD_BLOCKS.selectFrom(evenAb, evenCd).intoArray(words, target + 2 * QUAD * TILE);
        IntVector oddAb = ODD_BLOCKS.selectFrom(a, b);
        IntVector oddCd = ODD_BLOCKS.selectFrom(c, d);
        EVEN_BLOCKS.selectFrom(oddAb, oddCd).intoArray(words, target + QUAD * TILE);
        ODD_BLOCKS.selectFrom(oddAb, oddCd).intoArray(words, target + 3 * QUAD * TILE);
    }

    /** Vectors of two blocks: those of two quads for one word of the block make two words of eight rows. */
    private void joinTwo(int source, int target) {
        IntVector a = IntVector.fromArray(INTS, quads, source);
        IntVector b = IntVector.fromArray(INTS, quads, source + QUAD * WIDTH);
        EVEN_BLOCKS.selectFrom(a, b).intoArray(words, target);
        ODD_BLOCKS.selectFrom(a, b).intoArray(words, target + QUAD * TILE);
    }

    /** The weights of {@link #words}, from element k on, into the panel. */
    private void widen(WeightFormat format, int k, int weights, int steps, int row) {
        for (int part = 0; part < TILE; part += WIDTH) {
            if (format == WeightFormat.F32) {
                for (int word = 0; word < TILE; word++) {
                    words(word, part).reinterpretAsFloats().intoArray(panel, target(k + word, steps, row + part));
                }
            } else if (format == WeightFormat.BF16) {
                for (int word = 0; word < TILE; word++) {
                    // In the order of the inputs, the second weights of all words follow the first ones.
                    IntVector pair = words(word, part);
                    pair.lanewise(VectorOperators.LSHL, Short.SIZE)
                            .reinterpretAsFloats()
                            .intoArray(panel, target(k + word, steps, row + part));
                    pair.and(UPPER_HALF)
                            .reinterpretAsFloats()
                            .intoArray(panel, target(k + TILE + word, steps, row + part));
                }
            } else if (format == WeightFormat.F16) {
                widenHalves(k, steps, row, part);
            } else {
                widenInt8(k, weights, steps, row, part);
            }
        }
    }

    private IntVector words(int word, int part) {
        return IntVector.fromArray(INTS, words, word * TILE + part);
    }

    /** Where an element in the order of the inputs lies. */
    private static int target(int k, int steps, int row) {
        return RowPanel.laneOffset(k % Contract.LANES, steps) + k / Contract.LANES * ROWS + row;
    }

    private void widenHalves(int k, int steps, int row, int part) {
        for (int word = 0; word < TILE; word++) {
            IntVector pair = words(word, part);
            half(pair.lanewise(VectorOperators.LSHL, Short.SIZE).lanewise(VectorOperators.ASHR, Short.SIZE))
                    .intoArray(panel, target(k + 2 * word, steps, row + part));
            half(pair.lanewise(VectorOperators.ASHR, Short.SIZE))
                    .intoArray(panel, target(k + 2 * word + 1, steps, row + part));
        }
    }

    /** Binary16, sign-extended to 32 bits, to binary32: as in {@link VectorRows}. */
    private static FloatVector half(IntVector bits) {
        return bits.lanewise(VectorOperators.LSHL, 13)
                .and(VectorRows.HALF_SIGN_AND_NUMBER)
                .reinterpretAsFloats()
                .mul(VectorRows.HALF_EXPONENT_SHIFT);
    }

    private void widenInt8(int k, int weights, int steps, int row, int part) {
        for (int word = 0; word < weights / Integer.BYTES; word++) {
            IntVector quants = words(word, part);
            int element = k + Integer.BYTES * word;
            FloatVector scale = FloatVector.fromArray(FLOATS, scales, element / Contract.BLOCK * ROWS + row + part);
            for (int i = 0; i < Integer.BYTES; i++) {
                IntVector quant = quants.lanewise(VectorOperators.LSHL, 24 - Byte.SIZE * i)
                        .lanewise(VectorOperators.ASHR, 24);
                ((FloatVector) quant.convert(VectorOperators.I2F, 0))
                        .mul(scale)
                        .intoArray(panel, target(element + i, steps, row + part));
            }
        }
    }
}
