package org.olmo4j.backend.cuda.driver;

/**
 * How many threads run a kernel. A kernel here has blocks of one dimension.
 *
 * @param gridX blocks, at least 1
 * @param gridY blocks, 1 to 65535
 * @param gridZ blocks, 1 to 65535
 * @param blockX threads of a block, 1 to 1024
 * @param sharedBytes dynamic shared memory of a block
 */
public record LaunchShape(int gridX, int gridY, int gridZ, int blockX, int sharedBytes) {

    /**
     * One dimension, without dynamic shared memory.
     *
     * @param blocks of the grid
     * @param threads of a block
     * @return the shape
     */
    public static LaunchShape of(int blocks, int threads) {
        return new LaunchShape(blocks, 1, 1, threads, 0);
    }

    /**
     * Two dimensions, without dynamic shared memory.
     *
     * @param blocksX of the grid
     * @param blocksY of the grid
     * @param threads of a block
     * @return the shape
     */
    public static LaunchShape of(int blocksX, int blocksY, int threads) {
        return new LaunchShape(blocksX, blocksY, 1, threads, 0);
    }

    /**
     * The same with dynamic shared memory.
     *
     * @param bytes for each block
     * @return the shape
     */
    public LaunchShape shared(int bytes) {
        return new LaunchShape(gridX, gridY, gridZ, blockX, bytes);
    }
}
