package org.olmo4j.backend.cpu.kernel;

/**
 * {@link Contract#ROW_GROUP} rows of a matrix widened to binary32 and transposed, so that the lanes of a vector are rows: [logical lane][step][row].
 * It is small enough for the L2 cache, so that a batch of inputs reads each weight from memory once. One for each thread.
 */
interface RowPanel {

    /** Floats between two lanes: without them all lanes would meet in the same few sets of the L1 cache. */
    int GAP = 16;

    /**
     * Fills the panel.
     *
     * @param matrix the weights
     * @param row the first
     * @param rows how many, 1 to {@link Contract#ROW_GROUP}; what the panel holds of further ones means nothing
     * @return its elements; valid until the next call
     */
    float[] fill(WeightMatrix matrix, int row, int rows);

    /** Where a logical lane starts. */
    static int laneOffset(int lane, int steps) {
        return lane * (steps * Contract.ROW_GROUP + GAP);
    }
}
