package org.olmo4j.constraint;

import java.util.BitSet;

/** A partition of the 256 bytes into intervals whose bytes an automaton treats alike: its table then has a column for each interval. */
final class ByteClasses {

    private static final int BYTES = 256;

    private final BitSet starts;
    private final short[] classOf = new short[BYTES];

    private ByteClasses(BitSet starts) {
        this.starts = starts;
        for (int octet = 1; octet < BYTES; octet++) {
            classOf[octet] = (short) (classOf[octet - 1] + (starts.get(octet) ? 1 : 0));
        }
    }

    /** Splits at these bytes: each is the first of an interval. */
    static ByteClasses startingAt(BitSet starts) {
        BitSet copy = (BitSet) starts.clone();
        copy.set(0);
        copy.clear(BYTES, Math.max(BYTES, copy.length()));
        return new ByteClasses(copy);
    }

    /** An interval of its own for each of these ASCII characters. */
    static ByteClasses separating(String characters) {
        BitSet starts = new BitSet(BYTES);
        characters.chars().forEach(octet -> starts.set(octet, octet + 2));
        return startingAt(starts);
    }

    /** The coarsest partition that is as fine as both. */
    ByteClasses refine(ByteClasses other) {
        BitSet both = (BitSet) starts.clone();
        both.or(other.starts);
        return startingAt(both);
    }

    int count() {
        return classOf[BYTES - 1] + 1;
    }

    int of(int octet) {
        return classOf[octet];
    }

    /** The first byte of each interval. */
    int[] representatives() {
        return starts.stream().toArray();
    }
}
