package org.olmo4j.constraint;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.function.IntFunction;
import org.olmo4j.sampling.TokenMask;

/**
 * The tokens of a vocabulary by their bytes, and for a position the set of those that may follow. Tokens without bytes, which special ones
 * are, never do. Immutable; thread-safe.
 */
final class Vocabulary {

    private final ByteTrie trie;
    /** The token of each string of the trie. */
    private final int[] ids;

    private final int words;
    private final int longest;
    /** Tokens of nothing but plain text. */
    private final long[] plain;
    /** Nodes at and below which all tokens are plain. */
    private final BitSet plainBelow;

    /**
     * Makes a vocabulary.
     *
     * @param size ids below have a token
     * @param bytes of each; longer ones than 32767 bytes are left out
     */
    Vocabulary(int size, IntFunction<byte[]> bytes) {
        List<byte[]> strings = new ArrayList<>();
        List<Integer> tokens = new ArrayList<>();
        for (int id = 0; id < size; id++) {
            byte[] string = bytes.apply(id);
            if (string.length > 0 && string.length <= Short.MAX_VALUE) {
                strings.add(string);
                tokens.add(id);
            }
        }
        this.trie = new ByteTrie(strings);
        this.ids = tokens.stream().mapToInt(Integer::intValue).toArray();
        this.words = (size + Long.SIZE - 1) / Long.SIZE;
        this.longest = strings.stream().mapToInt(string -> string.length).max().orElse(0);
        this.plain = new long[words];
        BitSet plainStrings = new BitSet();
        for (int i = 0; i < ids.length; i++) {
            if (JsonText.plain(strings.get(i))) {
                plainStrings.set(i);
                allow(ids[i], plain);
            }
        }
        this.plainBelow = plainBelow(plainStrings);
    }

    private BitSet plainBelow(BitSet plainStrings) {
        BitSet nodes = new BitSet();
        int[] otherBefore = new int[ids.length + 1];
        for (int place = 0; place < ids.length; place++) {
            otherBefore[place + 1] = otherBefore[place] + (plainStrings.get(trie.string(place)) ? 0 : 1);
        }
        for (int node = 1; node < trie.size(); node++) {
            nodes.set(node, otherBefore[trie.placeEnd(node)] == otherBefore[trie.firstPlace(node)]);
        }
        return nodes;
    }

    /** The length of the longest token in bytes: what lies further ahead does not matter to a set. */
    int horizon() {
        return longest;
    }

    /** The bytes that are a token by themselves. */
    BitSet singleBytes() {
        BitSet octets = new BitSet();
        for (int node = 1; node < trie.size(); node = trie.end(node)) {
            octets.set(trie.label(node), trie.value(node) != ByteTrie.NONE);
        }
        return octets;
    }

    /** The tokens after which a conforming text can still be completed. */
    TokenMask following(Position start) {
        boolean plainText = start.takesPlainText(longest);
        long[] mask = plainText ? plain.clone() : new long[words];
        new Walk(start, plainText, mask).run();
        return TokenMask.of(mask);
    }

    private static void allow(int id, long[] mask) {
        mask[id >> 6] |= 1L << id;
    }

    /**
     * One pass over the trie. Along the way to a node, positions are kept by depth; within the scalar in which the walk starts, where nearly
     * all of it happens, only the number of its state.
     */
    private final class Walk {

        private final Position start;
        private final boolean plainText;
        private final long[] mask;
        private final int[] states = new int[longest + 1];
        private final List<List<Position>> positions = new ArrayList<>();

        private Walk(Position start, boolean plainText, long[] mask) {
            this.start = start;
            this.plainText = plainText;
            this.mask = mask;
            for (int depth = 0; depth <= longest; depth++) {
                positions.add(List.of());
            }
        }

        private void run() {
            positions.set(0, List.of(start));
            states[0] = start instanceof Position.Within within ? within.state() : Lexicon.DEAD;
            int node = 1;
            while (node < trie.size()) {
                boolean skip = (plainText && plainBelow.get(node)) || !follow(node);
                if (skip) {
                    node = trie.end(node);
                } else {
                    for (int place = trie.firstPlace(node); place < trie.ownEnd(node); place++) {
                        allow(ids[trie.string(place)], mask);
                    }
                    node++;
                }
            }
        }

        private boolean follow(int node) {
            int depth = trie.depth(node);
            int octet = trie.label(node);
            int state = states[depth - 1];
            List<Position> before = positions.get(depth - 1);
            if (state != Lexicon.DEAD && start instanceof Position.Within(Lexicon lexicon, int _, var frame)) {
                int next = lexicon.step(state, octet);
                boolean inside = !lexicon.accepts(state) && (next == Lexicon.DEAD || !lexicon.ends(next));
                if (inside) {
                    states[depth] = next;
                    return next != Lexicon.DEAD;
                }
                before = List.of(new Position.Within(lexicon, state, frame));
            }
            List<Position> after = Position.after(before, octet);
            states[depth] = Lexicon.DEAD;
            positions.set(depth, after);
            return !after.isEmpty();
        }
    }
}
