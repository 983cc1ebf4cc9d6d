package org.olmo4j.backend.cpu.kernel;

/** The sums over the lanes of all dot products of a tile. */
interface TileSum {

    /** Dot products of a tile. */
    int PRODUCTS = 16;

    /**
     * {@link Contract#sum} of each.
     *
     * @param lanes holds [product][lane], and is written over
     * @param sums gets one element for each product
     */
    void sum(float[] lanes, float[] sums);
}
