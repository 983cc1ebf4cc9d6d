package org.olmo4j.backend.cpu.kernel;

import java.lang.foreign.MemorySegment;

/**
 * The contract with the Vector API. The 16 logical lanes are several vectors of a narrower machine; to keep the accumulators of a tile in
 * registers at every width, each part is a pass of its own over K (the second pass finds the weights in the L1 cache).
 *
 * <p>The width is a constant of the classes that compute, since only then does C2 compile vectors to registers; {@link VectorWidths} makes copies
 * of them for other widths than the preferred one.
 *
 * <p>No method of those classes has many operations: beyond C2's node limit, which counts what is inlined, vectors are boxed and everything
 * runs many times slower. Methods of more than 325 bytes of code are never inlined.
 */
final class VectorKernels implements Kernels {

    /** From this many tokens on, bringing rows into the panels of {@link VectorTiles} costs less than what it saves. */
    private static final int TILE_TOKENS = 64;

    private final Product rows;
    private final Product tiles;
    private final Product int4;
    private final AttentionLoops loops;

    /** Of the width that the processor prefers. */
    VectorKernels() {
        rows = new VectorRows(new VectorTileSum());
        tiles = new VectorTiles(new VectorPanel());
        int4 = new VectorInt4();
        loops = new VectorAttention();
    }

    /**
     * Of a forced width.
     *
     * @param widths makes the parts
     */
    VectorKernels(VectorWidths widths) {
        rows = widths.create(Product.class, VectorRows.class, widths.create(TileSum.class, VectorTileSum.class));
        tiles = widths.create(Product.class, VectorTiles.class, widths.create(RowPanel.class, VectorPanel.class));
        int4 = widths.create(Product.class, VectorInt4.class);
        loops = widths.create(AttentionLoops.class, VectorAttention.class);
    }

    private Product product(WeightMatrix matrix, Activations inputs) {
        if (matrix.format() == WeightFormat.INT4) {
            return int4;
        }
        return inputs.tokens() < TILE_TOKENS ? rows : tiles;
    }

    @Override
    public void prepare(WeightMatrix matrix, float[] source, int from, int to, Activations target) {
        product(matrix, target).prepare(matrix, source, from, to, target);
    }

    @Override
    public void multiply(
            WeightMatrix matrix, int rowFrom, int rowTo, Activations inputs, float[] outputs, int outputStride) {
        product(matrix, inputs).multiply(matrix, rowFrom, rowTo, inputs, outputs, outputStride);
    }

    @Override
    public void swiglu(float[] gate, float[] up, int from, int to) {
        loops.swiglu(gate, up, from, to);
    }

    @Override
    public void attend(
            Attention attention,
            MemorySegment keys,
            long keysOffset,
            MemorySegment values,
            long valuesOffset,
            int from,
            int to) {
        loops.attend(attention, keys, keysOffset, values, valuesOffset, from, to);
    }
}
