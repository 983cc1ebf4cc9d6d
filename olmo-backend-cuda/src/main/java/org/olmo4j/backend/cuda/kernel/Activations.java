package org.olmo4j.backend.cuda.kernel;

/**
 * Rows of float32 on a GPU, what lies between width and stride being zero.
 *
 * @param address of the first row
 * @param width elements of a row
 */
public record Activations(long address, int width) {

    /**
     * Elements from one row to the next.
     *
     * @return a multiple of 32
     */
    public int stride() {
        return DeviceMatrix.stride(width);
    }

    /**
     * Size of some rows.
     *
     * @param width elements of a row
     * @param rows how many
     * @return bytes
     */
    public static long bytes(int width, int rows) {
        return (long) DeviceMatrix.stride(width) * rows * Float.BYTES;
    }
}
