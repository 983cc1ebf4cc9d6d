package org.olmo4j.constraint;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Byte strings by their common beginnings. Nodes are numbered in preorder: the first child of a node is the next one, and all that is below
 * it lies before {@link #end}. So a walk is one pass over a few arrays, and what is below a node is a range of the sorted strings.
 * Immutable.
 */
final class ByteTrie {

    static final int ROOT = 0;
    static final int NONE = -1;

    private final byte[] labels;
    private final short[] depths;
    private final int[] ends;
    /** For each node the number of strings that sort before it; one entry more than nodes. */
    private final int[] firsts;

    private final int[] sorted;

    /**
     * Makes a trie.
     *
     * @param strings of at most 32767 bytes each; may be equal
     */
    ByteTrie(List<byte[]> strings) {
        sorted = IntStream.range(0, strings.size())
                .boxed()
                .sorted(Comparator.comparing(strings::get, Arrays::compareUnsigned))
                .mapToInt(Integer::intValue)
                .toArray();
        int nodes = 1;
        byte[] before = {};
        for (int index : sorted) {
            byte[] string = strings.get(index);
            nodes += string.length - common(before, string);
            before = string;
        }
        labels = new byte[nodes];
        depths = new short[nodes];
        ends = new int[nodes];
        firsts = new int[nodes + 1];
        fill(strings);
    }

    private void fill(List<byte[]> strings) {
        int longest = strings.stream().mapToInt(string -> string.length).max().orElse(0);
        if (longest > Short.MAX_VALUE) {
            throw new IllegalArgumentException("a string of " + longest + " bytes");
        }
        int[] path = new int[longest + 1];
        int depth = 0;
        int next = 1;
        byte[] before = {};
        for (int place = 0; place < sorted.length; place++) {
            byte[] string = strings.get(sorted[place]);
            int common = common(before, string);
            for (; depth > common; depth--) {
                ends[path[depth]] = next;
            }
            for (; depth < string.length; next++) {
                labels[next] = string[depth];
                firsts[next] = place;
                path[++depth] = next;
                depths[next] = (short) depth;
            }
            before = string;
        }
        for (; depth >= 0; depth--) {
            ends[path[depth]] = next;
        }
        firsts[next] = sorted.length;
    }

    private static int common(byte[] first, byte[] second) {
        int mismatch = Arrays.mismatch(first, second);
        return mismatch < 0 ? first.length : mismatch;
    }

    /** Number of nodes. */
    int size() {
        return labels.length;
    }

    /** The byte that leads to a node, 0 to 255. */
    int label(int node) {
        return labels[node] & 0xff;
    }

    /** The number of bytes that lead to a node. */
    int depth(int node) {
        return depths[node];
    }

    /** The first node that is neither this one nor below it. */
    int end(int node) {
        return ends[node];
    }

    /** The node that a byte leads to; {@link #NONE} if none. */
    int child(int node, int octet) {
        for (int child = node + 1; child < ends[node]; child = ends[child]) {
            if (label(child) == octet) {
                return child;
            }
        }
        return NONE;
    }

    /** The place of the first string at or below a node, among the sorted ones. */
    int firstPlace(int node) {
        return firsts[node];
    }

    /** The place behind the strings that end at a node; the {@link #firstPlace} if none does. */
    int ownEnd(int node) {
        return firsts[node + 1];
    }

    /** The place behind all strings at or below a node. */
    int placeEnd(int node) {
        return firsts[ends[node]];
    }

    /** Which string, in the order in which they were given, is at a place. */
    int string(int place) {
        return sorted[place];
    }

    /** A string that ends at a node; {@link #NONE} if none does. */
    int value(int node) {
        return firsts[node] < firsts[node + 1] ? sorted[firsts[node]] : NONE;
    }
}
