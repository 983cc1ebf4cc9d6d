package org.olmo4j.backend.cuda.kernel;

import org.olmo4j.backend.WeightType;

/**
 * A matrix of weights on a GPU, row-major, each row padded with zeros to whole blocks of 32. The scales of a quantized type lie apart, one bfloat16 for
 * each block.
 *
 * <p>In a block of {@link WeightType#INT4}, byte i of 16 has weight i in its lower half and weight 16 + i in its upper half, each 8 more than it is.
 *
 * @param type of the weights, not STORED
 * @param rows outputs
 * @param columns inputs, without padding
 * @param weights address of the first row
 * @param scales address of the first row's scales; 0 for a type without
 */
public record DeviceMatrix(WeightType type, int rows, int columns, long weights, long scales) {

    /** Weights that are loaded and, where they are, quantized together. */
    public static final int BLOCK = 32;

    private static final int SCALE_BYTES = 2;

    /**
     * The distance of rows.
     *
     * @param width of a row in elements
     * @return the next multiple of 32
     */
    public static int stride(int width) {
        return (width + BLOCK - 1) / BLOCK * BLOCK;
    }

    /**
     * Size of a row's weights.
     *
     * @param type of the weights
     * @param columns of the row
     * @return bytes
     */
    public static long rowBytes(WeightType type, int columns) {
        long blocks = stride(columns) / BLOCK;
        return switch (type) {
            case F32 -> blocks * BLOCK * Float.BYTES;
            case BF16, F16 -> blocks * BLOCK * Short.BYTES;
            case INT8 -> blocks * BLOCK;
            case INT4 -> blocks * BLOCK / 2;
            case STORED -> throw new IllegalArgumentException("Stored weights have the type of their tensor");
        };
    }

    /**
     * Size of a row's scales.
     *
     * @param type of the weights
     * @param columns of the row
     * @return bytes; 0 for a type without
     */
    public static long scaleBytes(WeightType type, int columns) {
        return switch (type) {
            case INT8, INT4 -> (long) stride(columns) / BLOCK * SCALE_BYTES;
            case F32, BF16, F16 -> 0;
            case STORED -> throw new IllegalArgumentException("Stored weights have the type of their tensor");
        };
    }

    /**
     * Elements from one row of inputs to the next.
     *
     * @return a multiple of 32
     */
    public int stride() {
        return stride(columns);
    }

    /**
     * Some of the rows.
     *
     * @param from first row
     * @param count how many
     * @return a view of them
     */
    public DeviceMatrix rows(int from, int count) {
        return new DeviceMatrix(
                type,
                count,
                columns,
                weights + from * rowBytes(type, columns),
                scales == 0 ? 0 : scales + from * scaleBytes(type, columns));
    }
}
