package org.olmo4j.backend.cuda.virtual.machine;

/** How many blocks a grid, or threads a block, has along each axis; or which one. */
public record Dimensions(int x, int y, int z) {

    public long count() {
        return (long) x * y * z;
    }

    /** The one with this number, counted along x first. */
    Dimensions at(long index) {
        return new Dimensions((int) (index % x), (int) (index / x % y), (int) (index / x / y));
    }

    @Override
    public String toString() {
        return "(" + x + "," + y + "," + z + ")";
    }
}
