package org.olmo4j.backend.cpu.kernel;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import org.olmo4j.quantization.Int4Block;
import org.olmo4j.quantization.Int8Input;

/**
 * Products with {@link WeightFormat#INT4}; see {@link VectorKernels}. The 16-bit lanes of a vector are the parts of a line, so rows; the products of
 * a block are summed in them, as the sum of a block fits into 16 bits whatever overflows on the way.
 *
 * <p>The nibbles of a part n0 + 16 n1 + 256 n2 + 4096 n3 are never taken apart: with p = the part and inputs q, the sum of n_i q_i is
 * p q0 + (p >> 4) (q1 - 16 q0) + (p >> 8) (q2 - 16 q1) + (p >> 12) (q3 - 16 q2). Those factors are what {@link #prepare} computes, each twice in
 * an int: 32-bit elements can be broadcast from memory at once. As n = q + 8, a sum begins with -8 times the sum of the inputs.
 */
final class VectorInt4 implements Product {

    private static final VectorSpecies<Float> FLOATS = VectorWidths.floats(MethodHandles.lookup());
    private static final VectorSpecies<Integer> INTS = VectorSpecies.of(int.class, FLOATS.vectorShape());
    private static final VectorSpecies<Short> SHORTS = VectorSpecies.of(short.class, FLOATS.vectorShape());
    private static final int WIDTH = FLOATS.length();
    /** 16-bit lanes of a vector, and of a line. */
    private static final int PARTS = 2 * WIDTH;

    private static final int LINE_PARTS = 2 * Contract.LANES;
    private static final int UPPER_HALF = 0xFFFF0000;
    private static final int BLOCK = Contract.BLOCK;
    private static final int ROWS = Contract.ROW_GROUP;

    /** Inputs of a tile. From this many on, nibbles are shifted into a panel once for all inputs. */
    private static final int TILE_TOKENS = 4;

    /** Groups of rows of a tile. */
    private static final int TILE_GROUPS = 2;

    /** Tiles that meet a block of a panel before the next ones. */
    private static final int BATCH_TILES = 8;

    /** Parts of a panel for each block. */
    private static final int PANEL_BLOCK = BLOCK * TILE_GROUPS * LINE_PARTS;

    private static final int TILE_SUMS = TILE_TOKENS * TILE_GROUPS * ROWS;
    /** Copies 16 bits into both halves of 32. */
    private static final int TWICE = 0x10001;

    private final float[] block = new float[BLOCK];
    private final byte[] quants = new byte[BLOCK];
    /** [token of the tile][group of the tile][part]. */
    private final short[] products = new short[TILE_SUMS];
    /** [tile][token][group][row]. */
    private final float[] sums = new float[BATCH_TILES * TILE_SUMS];
    /** [block][part] for one input. */
    private short[] blockProducts = new short[0];
    /** [block][element][group][part]. */
    private short[] panel = new short[0];
    /** [block][group][row]. */
    private float[] panelScales = new float[0];

    private static int tileTokens(Activations inputs) {
        return inputs.tokens() < TILE_TOKENS ? 1 : TILE_TOKENS;
    }

    /** Inputs are [tile][block][element][token of the tile]; tiles of one token where there are few. */
    @Override
    public void prepare(WeightMatrix matrix, float[] source, int from, int to, Activations target) {
        int tile = tileTokens(target);
        int padded = (to + tile - 1) / tile * tile;
        for (int token = from; token < padded; token++) {
            for (int index = 0; index < matrix.blocks(); index++) {
                int place = (token / tile * matrix.blocks() + index) * tile + token % tile;
                if (token < to) {
                    int start = index * BLOCK;
                    int length = Math.min(BLOCK, matrix.columns() - start);
                    System.arraycopy(source, token * matrix.columns() + start, block, 0, length);
                    Arrays.fill(block, length, BLOCK, 0);
                } else {
                    Arrays.fill(block, 0);
                }
                target.scales[place] = Int8Input.quantize(block, 0, quants, 0);
                factors(target, place, tile);
            }
        }
    }

    /** The factors and the correction of the block in {@link #quants}. */
    private void factors(Activations target, int place, int tile) {
        int sum = 0;
        int first = place / tile * BLOCK * tile + place % tile;
        for (int i = 0; i < BLOCK; i++) {
            int factor = quants[i] - (i % 4 == 0 ? 0 : 16 * quants[i - 1]);
            target.integers[first + i * tile] = (factor & 0xFFFF) * TWICE;
            sum += quants[i];
        }
        target.corrections[place] = (Int4Block.LOWEST * sum & 0xFFFF) * TWICE;
    }

    @Override
    public void multiply(
            WeightMatrix matrix, int rowFrom, int rowTo, Activations inputs, float[] outputs, int outputStride) {
        if (tileTokens(inputs) == 1) {
            multiplyEach(matrix, rowFrom, rowTo, inputs, outputs, outputStride);
        } else {
            multiplyTiles(matrix, rowFrom, rowTo, inputs, outputs, outputStride);
        }
    }

    private void multiplyEach(
            WeightMatrix matrix, int rowFrom, int rowTo, Activations inputs, float[] outputs, int outputStride) {
        int blocks = matrix.blocks();
        if (blockProducts.length < blocks * LINE_PARTS) {
            blockProducts = new short[blocks * LINE_PARTS];
        }
        for (int row = rowFrom; row < rowTo; row += ROWS) {
            for (int token = 0; token < inputs.tokens(); token++) {
                for (int part = 0; part < LINE_PARTS; part += PARTS) {
                    long offset = matrix.groupOffset(row) + 2L * part;
                    long scales = matrix.scalesOffset(row) + 2L * part;
                    multiplyBlocks(matrix.data(), offset, inputs, token * blocks, blocks);
                    addBlocks(matrix.data(), scales, inputs.scales, token * blocks, blocks, part / 2);
                }
                System.arraycopy(sums, 0, outputs, token * outputStride + row, Math.min(ROWS, rowTo - row));
            }
        }
    }

    private void multiplyBlocks(MemorySegment data, long offset, Activations inputs, int first, int blocks) {
        int[] x = inputs.integers;
        for (int index = 0; index < blocks; index++) {
            ShortVector sum = both(inputs.corrections, first + index);
            long start = offset + (long) index * WeightMatrix.BLOCK_LINES * WeightMatrix.LINE_BYTES;
            for (int line = 0; line < WeightMatrix.BLOCK_LINES; line++) {
                ShortVector w = line(data, start + (long) line * WeightMatrix.LINE_BYTES);
                int i = (first + index) * BLOCK + 4 * line;
                sum = sum.add(w.mul(both(x, i)));
                sum = sum.add(w.lanewise(VectorOperators.LSHR, 4).mul(both(x, i + 1)));
                sum = sum.add(w.lanewise(VectorOperators.LSHR, 8).mul(both(x, i + 2)));
                sum = sum.add(w.lanewise(VectorOperators.LSHR, 12).mul(both(x, i + 3)));
            }
            sum.intoArray(blockProducts, index * PARTS);
        }
    }

    private static ShortVector line(MemorySegment data, long offset) {
        return ShortVector.fromMemorySegment(SHORTS, data, offset, LITTLE_ENDIAN);
    }

    private static ShortVector both(int[] pairs, int index) {
        return IntVector.broadcast(INTS, pairs[index]).reinterpretAsShorts();
    }

    private void addBlocks(MemorySegment data, long offset, float[] inputScales, int first, int blocks, int row) {
        FloatVector lower = FloatVector.zero(FLOATS);
        FloatVector upper = lower;
        for (int index = 0; index < blocks; index++) {
            IntVector scale = IntVector.fromMemorySegment(
                    INTS, data, offset + (long) index * WeightMatrix.LINE_BYTES, LITTLE_ENDIAN);
            IntVector sum =
                    ShortVector.fromArray(SHORTS, blockProducts, index * PARTS).reinterpretAsInts();
            float inputScale = inputScales[first + index];
            lower = lower(sum).fma(lowerScale(scale).mul(inputScale), lower);
            upper = upper(sum).fma(upperScale(scale).mul(inputScale), upper);
        }
        lower.intoArray(sums, row);
        upper.intoArray(sums, row + Contract.LANES);
    }

    private static FloatVector lower(IntVector sums) {
        return toFloats(sums.lanewise(VectorOperators.LSHL, Short.SIZE).lanewise(VectorOperators.ASHR, Short.SIZE));
    }

    private static FloatVector upper(IntVector sums) {
        return toFloats(sums.lanewise(VectorOperators.ASHR, Short.SIZE));
    }

    /** Exact for small integers, and with fewer nodes for the compiler than a conversion. */
    private static FloatVector toFloats(IntVector integers) {
        return integers.add(Contract.ROUND_BITS).reinterpretAsFloats().sub(Contract.ROUND);
    }

    private static FloatVector lowerScale(IntVector scales) {
        return scales.lanewise(VectorOperators.LSHL, Short.SIZE).reinterpretAsFloats();
    }

    private static FloatVector upperScale(IntVector scales) {
        return scales.and(UPPER_HALF).reinterpretAsFloats();
    }

    private void multiplyTiles(
            WeightMatrix matrix, int rowFrom, int rowTo, Activations inputs, float[] outputs, int outputStride) {
        int blocks = matrix.blocks();
        if (panel.length < blocks * PANEL_BLOCK) {
            panel = new short[blocks * PANEL_BLOCK];
            panelScales = new float[blocks * TILE_GROUPS * ROWS];
        }
        int tiles = (inputs.tokens() + TILE_TOKENS - 1) / TILE_TOKENS;
        for (int row = rowFrom; row < rowTo; row += TILE_GROUPS * ROWS) {
            fillPanel(matrix, row, 0);
            // Where there is no second group, the panel holds an old one whose sums are not read.
            if (row + ROWS < rowTo) {
                fillPanel(matrix, row + ROWS, 1);
            }
            int rows = Math.min(TILE_GROUPS * ROWS, rowTo - row);
            for (int tile = 0; tile < tiles; tile += BATCH_TILES) {
                int end = Math.min(tiles, tile + BATCH_TILES);
                Arrays.fill(sums, 0, (end - tile) * TILE_SUMS, 0);
                for (int index = 0; index < blocks; index++) {
                    multiplyBlock(inputs, tile, end, index, blocks);
                }
                int last = Math.min(inputs.tokens(), end * TILE_TOKENS);
                for (int token = tile * TILE_TOKENS; token < last; token++) {
                    int sum = (token - tile * TILE_TOKENS) * TILE_GROUPS * ROWS;
                    System.arraycopy(sums, sum, outputs, token * outputStride + row, rows);
                }
            }
        }
    }

    private void fillPanel(WeightMatrix matrix, int row, int group) {
        for (int part = 0; part < LINE_PARTS; part += PARTS) {
            int place = group * LINE_PARTS + part;
            shiftNibbles(matrix.data(), matrix.groupOffset(row) + 2L * part, matrix.blocks(), place);
            widenScales(matrix.data(), matrix.scalesOffset(row) + 2L * part, matrix.blocks(), group * ROWS + part / 2);
        }
    }

    private void shiftNibbles(MemorySegment data, long offset, int blocks, int place) {
        for (int line = 0; line < blocks * WeightMatrix.BLOCK_LINES; line++) {
            ShortVector w = line(data, offset + (long) line * WeightMatrix.LINE_BYTES);
            int target = line * 4 * TILE_GROUPS * LINE_PARTS + place;
            w.intoArray(panel, target);
            w.lanewise(VectorOperators.LSHR, 4).intoArray(panel, target + TILE_GROUPS * LINE_PARTS);
            w.lanewise(VectorOperators.LSHR, 8).intoArray(panel, target + 2 * TILE_GROUPS * LINE_PARTS);
            w.lanewise(VectorOperators.LSHR, 12).intoArray(panel, target + 3 * TILE_GROUPS * LINE_PARTS);
        }
    }

    private void widenScales(MemorySegment data, long offset, int blocks, int place) {
        for (int index = 0; index < blocks; index++) {
            IntVector scale = IntVector.fromMemorySegment(
                    INTS, data, offset + (long) index * WeightMatrix.LINE_BYTES, LITTLE_ENDIAN);
            int target = index * TILE_GROUPS * ROWS + place;
            lowerScale(scale).intoArray(panelScales, target);
            upperScale(scale).intoArray(panelScales, target + Contract.LANES);
        }
    }

    /** One block of both groups meets the inputs of some tiles. */
    private void multiplyBlock(Activations inputs, int from, int to, int index, int blocks) {
        for (int tile = from; tile < to; tile++) {
            int place = (tile * blocks + index) * TILE_TOKENS;
            for (int part = 0; part < LINE_PARTS; part += PARTS) {
                multiplyTile(
                        inputs.integers,
                        place * BLOCK,
                        inputs.corrections,
                        place,
                        panel,
                        index * PANEL_BLOCK + part,
                        products,
                        part);
            }
            addTile(inputs.scales, place, index * TILE_GROUPS * ROWS, (tile - from) * TILE_SUMS);
        }
    }

    private static void multiplyTile(
            int[] inputs, int input, int[] corrections, int correction, short[] w, int weights, short[] sums, int sum) {
        ShortVector a0 = both(corrections, correction);
        ShortVector a1 = both(corrections, correction + 1);
        ShortVector a2 = both(corrections, correction + 2);
        ShortVector a3 = both(corrections, correction + 3);
        ShortVector b0 = a0;
        ShortVector b1 = a1;
        ShortVector b2 = a2;
        ShortVector b3 = a3;
        for (int i = 0; i < BLOCK; i++) {
            int offset = weights + i * TILE_GROUPS * LINE_PARTS;
            ShortVector a = ShortVector.fromArray(SHORTS, w, offset);
            ShortVector b = ShortVector.fromArray(SHORTS, w, offset + LINE_PARTS);
            ShortVector x = both(inputs, input + i * TILE_TOKENS);
            a0 = a0.add(a.mul(x));
            b0 = b0.add(b.mul(x));
            x = both(inputs, input + i * TILE_TOKENS + 1);
            a1 = a1.add(a.mul(x));
            b1 = b1.add(b.mul(x));
            x = both(inputs, input + i * TILE_TOKENS + 2);
            a2 = a2.add(a.mul(x));
            b2 = b2.add(b.mul(x));
            x = both(inputs, input + i * TILE_TOKENS + 3);
            a3 = a3.add(a.mul(x));
            b3 = b3.add(b.mul(x));
        }
        a0.intoArray(sums, sum);
        b0.intoArray(sums, sum + LINE_PARTS);
        a1.intoArray(sums, sum + 2 * LINE_PARTS);
        b1.intoArray(sums, sum + 3 * LINE_PARTS);
        a2.intoArray(sums, sum + 4 * LINE_PARTS);
        b2.intoArray(sums, sum + 5 * LINE_PARTS);
        a3.intoArray(sums, sum + 6 * LINE_PARTS);
        b3.intoArray(sums, sum + 7 * LINE_PARTS);
    }

    private void addTile(float[] inputScales, int place, int scale, int sum) {
        for (int token = 0; token < TILE_TOKENS; token++) {
            float inputScale = inputScales[place + token];
            for (int group = 0; group < TILE_GROUPS; group++) {
                for (int row = 0; row < Contract.LANES; row += WIDTH) {
                    int source = (token * TILE_GROUPS + group) * LINE_PARTS + 2 * row;
                    addProducts(
                            source,
                            inputScale,
                            scale + group * ROWS + row,
                            sum + (token * TILE_GROUPS + group) * ROWS + row);
                }
            }
        }
    }

    private void addProducts(int source, float inputScale, int scale, int sum) {
        IntVector integers = ShortVector.fromArray(SHORTS, products, source).reinterpretAsInts();
        lower(integers)
                .fma(
                        FloatVector.fromArray(FLOATS, panelScales, scale).mul(inputScale),
                        FloatVector.fromArray(FLOATS, sums, sum))
                .intoArray(sums, sum);
        upper(integers)
                .fma(
                        FloatVector.fromArray(FLOATS, panelScales, scale + Contract.LANES)
                                .mul(inputScale),
                        FloatVector.fromArray(FLOATS, sums, sum + Contract.LANES))
                .intoArray(sums, sum + Contract.LANES);
    }
}
