package org.olmo4j.constraint;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A pattern over characters as an automaton over the bytes of a JSON string (Thompson's construction), which is then made deterministic. Each
 * character is written in one way only, see {@link JsonText#encode(int)}.
 */
final class Nfa {

    private static final int MAX_STATES = 30_000;
    /** Most visits of states while an automaton is made deterministic. */
    private static final int MAX_VISITS = 4_000_000;

    private static final int[] LENGTH_STARTS = {0, 0x80, 0x800, 0x10000, Character.MAX_CODE_POINT + 1};

    /** Either a byte range or, with a negative first byte, no byte. */
    private record Edge(int first, int last, int target) {
        private static final int NO_BYTE = -1;
    }

    private final List<List<Edge>> edges = new ArrayList<>();
    private int visits;

    private Nfa() {}

    /**
     * The JSON strings whose characters match, with their quotation marks.
     *
     * @return empty if there are none
     * @throws Dfa.TooManyStatesException if the automaton grows too large
     */
    static Optional<Dfa> strings(TextPattern pattern) {
        Nfa nfa = new Nfa();
        int start = nfa.state();
        int end = nfa.octet(nfa.add(nfa.octet(start, '"'), pattern), '"');
        return nfa.deterministic(start, end);
    }

    /** Adds what a pattern reads behind a state; gives the state behind it. */
    private int add(int from, TextPattern pattern) {
        spend(1);
        return switch (pattern) {
            case TextPattern.OneOf(CodePoints set) -> character(from, set);
            case TextPattern.Sequence(List<TextPattern> parts) -> {
                int end = from;
                for (TextPattern part : parts) {
                    end = add(end, part);
                }
                yield end;
            }
            case TextPattern.Choice(List<TextPattern> options) -> {
                int end = state();
                for (TextPattern option : options) {
                    connect(add(fork(from), option), end);
                }
                yield end;
            }
            case TextPattern.Repeat repeat -> repeat(from, repeat);
        };
    }

    private int repeat(int from, TextPattern.Repeat repeat) {
        int end = from;
        for (int i = 0; i < repeat.minimum(); i++) {
            end = add(end, repeat.part());
        }
        if (repeat.maximum() == TextPattern.Repeat.UNLIMITED) {
            int hub = fork(end);
            connect(add(hub, repeat.part()), hub);
            return fork(hub);
        }
        int exit = state();
        for (int i = repeat.minimum(); i < repeat.maximum(); i++) {
            connect(end, exit);
            end = add(fork(end), repeat.part());
        }
        connect(end, exit);
        return exit;
    }

    private int character(int from, CodePoints set) {
        int end = state();
        for (CodePoints.Range range : set.ranges()) {
            int first = range.first();
            for (int special : new int[] {'"', '\\'}) {
                if (special >= first && special <= range.last()) {
                    characters(from, first, special - 1, end);
                    first = special + 1;
                    escaped(from, special, end);
                }
            }
            characters(from, first, range.last(), end);
        }
        return end;
    }

    private void characters(int from, int first, int last, int end) {
        int plain = first;
        for (; plain <= Math.min(last, ' ' - 1); plain++) {
            escaped(from, plain, end);
        }
        for (int length = 1; length <= 4; length++) {
            int low = Math.max(plain, LENGTH_STARTS[length - 1]);
            int high = Math.min(last, LENGTH_STARTS[length] - 1);
            if (low <= high) {
                encoded(from, low, high, length - 1, true, end);
            }
        }
    }

    private void escaped(int from, int character, int end) {
        int state = from;
        String encoded = JsonText.encode(character);
        for (int i = 0; i < encoded.length(); i++) {
            boolean last = i == encoded.length() - 1;
            int next = last ? end : state();
            edge(state, encoded.charAt(i), encoded.charAt(i), next);
            state = next;
        }
    }

    /** The UTF-8 sequences of a range of characters of one length: split where all following bytes are free. */
    private void encoded(int from, int low, int high, int following, boolean leading, int end) {
        if (following == 0) {
            edge(from, octet(low, 0, leading, 0), octet(high, 0, leading, 0), end);
            return;
        }
        int shift = 6 * following;
        int free = (1 << shift) - 1;
        int first = low >> shift;
        int last = high >> shift;
        if (first == last) {
            int next = state();
            int octet = octet(low, shift, leading, following);
            edge(from, octet, octet, next);
            encoded(next, low & free, high & free, following - 1, false, end);
            return;
        }
        if ((low & free) != 0) {
            encoded(from, low, low | free, following, leading, end);
            encoded(from, (low | free) + 1, high, following, leading, end);
            return;
        }
        if ((high & free) != free) {
            encoded(from, low, (high & ~free) - 1, following, leading, end);
            encoded(from, high & ~free, high, following, leading, end);
            return;
        }
        int next = state();
        edge(from, octet(low, shift, leading, following), octet(high, shift, leading, following), next);
        encoded(next, 0, free, following - 1, false, end);
    }

    private static int octet(int bits, int shift, boolean leading, int following) {
        int payload = bits >> shift;
        if (!leading) {
            return 0x80 | payload;
        }
        return switch (following) {
            case 0 -> payload;
            case 1 -> 0xc0 | payload;
            case 2 -> 0xe0 | payload;
            default -> 0xf0 | payload;
        };
    }

    private int octet(int from, int octet) {
        int end = state();
        edge(from, octet, octet, end);
        return end;
    }

    private int fork(int from) {
        int state = state();
        connect(from, state);
        return state;
    }

    private void connect(int from, int to) {
        edge(from, Edge.NO_BYTE, Edge.NO_BYTE, to);
    }

    private void edge(int from, int first, int last, int target) {
        edges.get(from).add(new Edge(first, last, target));
    }

    private int state() {
        if (edges.size() == MAX_STATES) {
            throw new Dfa.TooManyStatesException(MAX_STATES);
        }
        edges.add(new ArrayList<>(2));
        return edges.size() - 1;
    }

    private Optional<Dfa> deterministic(int start, int end) {
        BitSet first = new BitSet();
        first.set(start);
        return Dfa.explore(closure(first), byteClasses(), this::step, states -> states.get(end));
    }

    private @Nullable BitSet step(BitSet states, int octet) {
        BitSet targets = new BitSet();
        states.stream().forEach(state -> {
            for (Edge edge : edges.get(state)) {
                if (edge.first() <= octet && octet <= edge.last()) {
                    targets.set(edge.target());
                }
            }
        });
        spend(states.cardinality());
        return targets.isEmpty() ? null : closure(targets);
    }

    /** Adds what is reached without a byte. */
    private BitSet closure(BitSet states) {
        Deque<Integer> unexplored = new ArrayDeque<>();
        states.stream().forEach(unexplored::push);
        while (!unexplored.isEmpty()) {
            for (Edge edge : edges.get(unexplored.pop())) {
                if (edge.first() == Edge.NO_BYTE && !states.get(edge.target())) {
                    states.set(edge.target());
                    unexplored.push(edge.target());
                }
            }
        }
        spend(states.cardinality());
        return states;
    }

    private void spend(int count) {
        visits += count;
        if (visits > MAX_VISITS) {
            throw new Dfa.TooManyStatesException(Dfa.MAX_STATES);
        }
    }

    private ByteClasses byteClasses() {
        BitSet starts = new BitSet(257);
        for (List<Edge> from : edges) {
            for (Edge edge : from) {
                if (edge.first() != Edge.NO_BYTE) {
                    starts.set(edge.first());
                    starts.set(edge.last() + 1);
                }
            }
        }
        return ByteClasses.startingAt(starts);
    }
}
