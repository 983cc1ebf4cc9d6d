package org.olmo4j.backend;

/** How a backend keeps keys and values. */
public enum KeyValueType {
    /** IEEE 754 binary32. */
    F32(4),
    /** The upper half of a binary32, rounded to nearest, ties to even: half the memory. */
    BF16(2);

    private final int bytes;

    KeyValueType(int bytes) {
        this.bytes = bytes;
    }

    /**
     * Size of an element.
     *
     * @return bytes
     */
    public int bytes() {
        return bytes;
    }
}
