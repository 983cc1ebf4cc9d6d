package org.olmo4j.backend.cpu.kernel;

/** The order of the elements of an input vector within each block of {@link Contract#BLOCK}. */
public enum ElementOrder {
    /** 0, 1, 2, ... */
    SEQUENTIAL,
    /** 0, 2, 4, ..., 30, then 1, 3, 5, ..., 31: the even ones meet the lower halves of 16 32-bit words of BF16 weights, the odd the upper. */
    PAIRS_SPLIT;

    /**
     * Brings a vector into this order, padded with zeros to whole blocks.
     *
     * @param source the vector
     * @param sourceOffset its first element
     * @param length its length
     * @param target gets {@link Contract#padded}(length) elements
     * @param targetOffset of the first
     */
    public void pack(float[] source, int sourceOffset, int length, float[] target, int targetOffset) {
        int padded = Contract.padded(length);
        if (this == SEQUENTIAL) {
            System.arraycopy(source, sourceOffset, target, targetOffset, length);
            java.util.Arrays.fill(target, targetOffset + length, targetOffset + padded, 0);
            return;
        }
        int whole = length / Contract.BLOCK * Contract.BLOCK;
        for (int block = 0; block < whole; block += Contract.BLOCK) {
            for (int lane = 0; lane < Contract.LANES; lane++) {
                target[targetOffset + block + lane] = source[sourceOffset + block + 2 * lane];
                target[targetOffset + block + Contract.LANES + lane] = source[sourceOffset + block + 2 * lane + 1];
            }
        }
        for (int index = whole; index < padded; index++) {
            int position = whole + (index - whole) / 2 + (index % 2) * Contract.LANES;
            target[targetOffset + position] = index < length ? source[sourceOffset + index] : 0;
        }
    }
}
