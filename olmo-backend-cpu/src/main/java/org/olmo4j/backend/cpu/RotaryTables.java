package org.olmo4j.backend.cpu;

import java.util.List;
import org.olmo4j.spec.LayerSpec;
import org.olmo4j.spec.OlmoSpec;
import org.olmo4j.spec.RotaryEmbedding;

/**
 * Cosines and sines for the tokens of one step, one table for each distinct rotary embedding. They are computed anew for each step, in
 * double by {@link StrictMath}: some microseconds a token, against 33 MB of tables for the longest contexts.
 */
final class RotaryTables {

    private final int half;
    private final int[] tableOfLayer;
    private final double[][] frequencies;
    private final float[] scales;
    private final float[][] cosines;
    private final float[][] sines;

    RotaryTables(OlmoSpec spec) {
        half = spec.headSize() / 2;
        List<RotaryEmbedding> distinct = spec.layers().stream()
                .map(LayerSpec::rotaryEmbedding)
                .distinct()
                .toList();
        tableOfLayer = spec.layers().stream()
                .mapToInt(layer -> distinct.indexOf(layer.rotaryEmbedding()))
                .toArray();
        frequencies = new double[distinct.size()][];
        scales = new float[distinct.size()];
        for (int table = 0; table < distinct.size(); table++) {
            frequencies[table] = distinct.get(table).inverseFrequencies(spec.headSize());
            scales[table] = (float) distinct.get(table).attentionFactor();
        }
        cosines = new float[distinct.size()][0];
        sines = new float[distinct.size()][0];
    }

    /**
     * Computes the tables of a step.
     *
     * @param pool to compute with
     * @param positions of its tokens
     */
    void prepare(ComputePool pool, int[] positions) {
        for (int table = 0; table < frequencies.length; table++) {
            if (cosines[table].length < positions.length * half) {
                cosines[table] = new float[positions.length * half];
                sines[table] = new float[positions.length * half];
            }
            int current = table;
            pool.runRanges(positions.length, 8, (kernels, from, to) -> {
                for (int token = from; token < to; token++) {
                    fill(current, token, positions[token]);
                }
            });
        }
    }

    private void fill(int table, int token, int position) {
        for (int i = 0; i < half; i++) {
            double angle = position * frequencies[table][i];
            cosines[table][token * half + i] = (float) (StrictMath.cos(angle) * scales[table]);
            sines[table][token * half + i] = (float) (StrictMath.sin(angle) * scales[table]);
        }
    }

    /**
     * Rotates all heads of one token in place.
     *
     * @param layer whose embedding applies
     * @param token index in the step
     * @param vector queries or keys
     * @param offset of the token's first element
     * @param heads how many
     */
    void rotate(int layer, int token, float[] vector, int offset, int heads) {
        float[] cosine = cosines[tableOfLayer[layer]];
        float[] sine = sines[tableOfLayer[layer]];
        int table = token * half;
        for (int head = 0; head < heads; head++) {
            int first = offset + head * 2 * half;
            for (int i = 0; i < half; i++) {
                float a = vector[first + i];
                float b = vector[first + half + i];
                vector[first + i] = a * cosine[table + i] - b * sine[table + i];
                vector[first + half + i] = b * cosine[table + i] + a * sine[table + i];
            }
        }
    }
}
