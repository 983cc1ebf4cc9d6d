package org.olmo4j.backend.cpu.kernel;

import org.olmo4j.backend.WeightType;
import org.olmo4j.checkpoint.TensorType;

/** How the elements of a {@link WeightMatrix} lie in memory. */
public enum WeightFormat {
    /** Row-major binary32. */
    F32(ElementOrder.SEQUENTIAL),
    /** Row-major upper halves of binary32. */
    BF16(ElementOrder.PAIRS_SPLIT),
    /** Row-major binary16. */
    F16(ElementOrder.SEQUENTIAL),
    /**
     * Row-major integers of {@link org.olmo4j.quantization.Int8Block}s, each row padded to whole blocks; then the bfloat16 scales, row-major,
     * too; then {@link WeightMatrix#SLACK_BYTES} that are never used, so that vectors may be loaded whole at the end.
     */
    INT8(ElementOrder.SEQUENTIAL),
    /**
     * {@link org.olmo4j.quantization.Int4Block}s of {@link Contract#ROW_GROUP} rows interleaved, padded to whole groups: for each group and each
     * block 8 lines of 64 bytes; then for each group and block one line of scales. A line has 32 parts of 16 bits: part 2i belongs to row i of the
     * group, part 2i + 1 to row i + 16. In line l of a block the nibbles of a part, the lowest first, are q + 8 of the elements 4l to 4l + 3. In a
     * line of scales a part is a bfloat16.
     */
    INT4(ElementOrder.SEQUENTIAL);

    private final ElementOrder order;

    WeightFormat(ElementOrder order) {
        this.order = order;
    }

    /** The order in which the kernels read the elements of inputs. */
    ElementOrder order() {
        return order;
    }

    /** Whether inputs are {@link org.olmo4j.quantization.Int8Input}s. */
    boolean quantizesInputs() {
        return this == INT4;
    }

    /**
     * The format of a stored tensor, which is used where it lies.
     *
     * @param type its element type
     * @return the same
     */
    public static WeightFormat of(TensorType type) {
        return switch (type) {
            case F32 -> F32;
            case BF16 -> BF16;
            case F16 -> F16;
        };
    }

    /**
     * The format of a type.
     *
     * @param type that was planned, not {@link WeightType#STORED}
     * @return where its weights lie here
     */
    public static WeightFormat of(WeightType type) {
        return switch (type) {
            case F32 -> F32;
            case BF16 -> BF16;
            case F16 -> F16;
            case INT8 -> INT8;
            case INT4 -> INT4;
            case STORED -> throw new IllegalArgumentException("Stored weights have the type of their tensor");
        };
    }
}
