package org.olmo4j.backend.cpu.kernel;

import java.lang.foreign.MemorySegment;

/**
 * The inner loops of the forward pass, under the numeric contract of this package. An instance holds scratch memory: one for each
 * compute thread. Not thread-safe.
 */
public interface Kernels {

    /**
     * Brings some input vectors of a product into the form in which {@link #multiply} reads them.
     *
     * @param matrix the weights of the product
     * @param source [tokens, columns]
     * @param from first token, a multiple of {@link Activations#TOKEN_GROUP}
     * @param to after the last token; such a multiple, or the number of tokens
     * @param target gets them; it has been {@linkplain Activations#reserve reserved} for the product
     */
    void prepare(WeightMatrix matrix, float[] source, int from, int to, Activations target);

    /**
     * Some output columns of a matrix product: {@code outputs[t][r] = sum over k of inputs[t][k] * matrix[r][k]}.
     *
     * @param matrix the weights, [rows, columns]
     * @param rowFrom first row to compute; a multiple of {@link Contract#ROW_GROUP} where rows are interleaved
     * @param rowTo after the last row to compute; such a multiple there, or the number of rows
     * @param inputs prepared for this matrix, or for one that {@linkplain WeightMatrix#sharesInputs shares its inputs}
     * @param outputs [tokens, outputStride]; elements rowFrom to rowTo of each are written
     * @param outputStride distance of the outputs of two tokens
     */
    void multiply(WeightMatrix matrix, int rowFrom, int rowTo, Activations inputs, float[] outputs, int outputStride);

    /**
     * SwiGLU in place: {@code gate = gate / (1 + exp(-gate)) * up}.
     *
     * @param gate gets the result
     * @param up the other factor
     * @param from first index
     * @param to after the last index
     */
    void swiglu(float[] gate, float[] up, int from, int to);

    /**
     * Merges one tile of keys and values into the running attention of one query.
     *
     * @param attention the query, and the state to merge into
     * @param keys keys of the tile, a {@link KeyValueTile} of the attention's type from the offset
     * @param keysOffset in bytes
     * @param values values of the tile, in the same form
     * @param valuesOffset in bytes
     * @param from first visible token of the tile
     * @param to after the last visible token of the tile, at most {@link Attention#TILE_TOKENS}
     */
    void attend(
            Attention attention,
            MemorySegment keys,
            long keysOffset,
            MemorySegment values,
            long valuesOffset,
            int from,
            int to);
}
