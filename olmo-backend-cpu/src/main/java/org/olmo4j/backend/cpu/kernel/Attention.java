package org.olmo4j.backend.cpu.kernel;

import java.util.Arrays;
import org.olmo4j.backend.KeyValueType;

/**
 * The running state of one query over its tiles: softmax without ever holding all scores (Milakov and Gimelshein 2018, arXiv 1805.02867).
 * Reused from query to query; not thread-safe.
 */
public final class Attention {

    /** Tokens of a tile, and of a KV block. */
    public static final int TILE_TOKENS = 32;

    final KeyValueType type;
    final int headSize;
    final int paddedHeadSize;
    final float[] query;
    final float[] scores = new float[TILE_TOKENS];
    final float[] tileOutput;
    private final float[] output;
    private final float[] lanes = new float[Contract.LANES];
    private float maximum;
    private float sum;

    /**
     * Makes the state for heads of one size.
     *
     * @param type of keys and values
     * @param headSize elements of a head
     */
    public Attention(KeyValueType type, int headSize) {
        this.type = type;
        this.headSize = headSize;
        this.paddedHeadSize = KeyValueTile.paddedHeadSize(type, headSize);
        this.query = new float[paddedHeadSize];
        this.tileOutput = new float[paddedHeadSize];
        this.output = new float[paddedHeadSize];
    }

    /**
     * Starts a query.
     *
     * @param queries holds it
     * @param offset its first element
     * @param scale of the scores, headSize^-0.5
     */
    public void start(float[] queries, int offset, float scale) {
        for (int i = 0; i < headSize; i++) {
            query[i] = queries[offset + i] * scale;
        }
        Arrays.fill(output, 0);
        maximum = Float.NEGATIVE_INFINITY;
        sum = 0;
    }

    /**
     * The largest of the tile's visible scores.
     *
     * @param from first visible token
     * @param to after the last
     * @return their maximum
     */
    float tileMaximum(int from, int to) {
        float largest = Float.NEGATIVE_INFINITY;
        for (int token = from; token < to; token++) {
            largest = Math.max(largest, scores[token]);
        }
        return largest;
    }

    /** The sum of the tile's weights, which have replaced the scores and are 0 where invisible: over 16 lanes, then the tree. */
    float tileSum() {
        for (int lane = 0; lane < Contract.LANES; lane++) {
            lanes[lane] = scores[lane] + scores[lane + Contract.LANES];
        }
        return Contract.sum(lanes, 0);
    }

    /**
     * Merges a tile.
     *
     * @param tileMaximum what its exponentials are relative to
     */
    void merge(float tileMaximum) {
        float merged = Math.max(maximum, tileMaximum);
        float keep = Contract.exp(maximum - merged);
        float add = Contract.exp(tileMaximum - merged);
        sum = Math.fma(tileSum(), add, sum * keep);
        for (int i = 0; i < paddedHeadSize; i++) {
            output[i] = Math.fma(tileOutput[i], add, output[i] * keep);
        }
        maximum = merged;
    }

    /**
     * Ends the query.
     *
     * @param outputs gets the weighted mean of the values
     * @param offset of its first element
     */
    public void finish(float[] outputs, int offset) {
        for (int i = 0; i < headSize; i++) {
            outputs[offset + i] = output[i] / sum;
        }
    }
}
