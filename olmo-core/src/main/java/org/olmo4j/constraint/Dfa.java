package org.olmo4j.constraint;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** A deterministic automaton as a table. It is found by exploring: states are values of any type, and a function says what follows. */
final class Dfa implements Lexicon {

    /** Most states of one automaton. */
    static final int MAX_STATES = 10_000;

    private final ByteClasses classes;
    private final int[] next;
    private final BitSet accepting;
    private final BitSet ending;

    private Dfa(ByteClasses classes, int[] next, BitSet accepting) {
        this.classes = classes;
        this.next = next;
        this.accepting = accepting;
        this.ending = new BitSet();
        int width = classes.count();
        accepting.stream()
                .filter(state ->
                        Arrays.stream(next, state * width, (state + 1) * width).allMatch(target -> target == DEAD))
                .forEach(ending::set);
    }

    /** What follows a state on a byte; null if nothing does. */
    interface Transition<S> {
        @Nullable
        S step(S state, int octet);
    }

    /** An automaton would have more states than are allowed. */
    static final class TooManyStatesException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        TooManyStatesException(int allowed) {
            super("more than " + allowed + " states");
        }
    }

    /**
     * Finds all states that can be reached, and keeps those from which an accepting one can be reached.
     *
     * @param start the first state
     * @param classes bytes that {@code transition} treats alike
     * @param transition what follows
     * @param accepting whether a text may end here
     * @return empty if no text is accepted
     * @throws TooManyStatesException for more than {@link #MAX_STATES}
     */
    static <S> Optional<Dfa> explore(S start, ByteClasses classes, Transition<S> transition, Predicate<S> accepting) {
        Map<S, Integer> numbers = new HashMap<>();
        List<int[]> rows = new ArrayList<>();
        BitSet accepted = new BitSet();
        Queue<S> unexplored = new ArrayDeque<>();
        int[] octets = classes.representatives();
        numbers.put(start, 0);
        unexplored.add(start);
        while (!unexplored.isEmpty()) {
            S state = unexplored.remove();
            if (accepting.test(state)) {
                accepted.set(rows.size());
            }
            int[] row = new int[octets.length];
            for (int i = 0; i < octets.length; i++) {
                S target = transition.step(state, octets[i]);
                row[i] = target == null ? DEAD : number(target, numbers, unexplored);
            }
            rows.add(row);
        }
        return trim(rows, accepted, classes);
    }

    /** The texts of both. */
    static Optional<Dfa> intersection(Dfa first, ByteClasses secondClasses, Lexicon second) {
        record Pair(int first, int second) {}
        return explore(
                new Pair(first.start(), second.start()),
                first.classes.refine(secondClasses),
                (pair, octet) -> {
                    int one = first.step(pair.first(), octet);
                    int other = one == DEAD ? DEAD : second.step(pair.second(), octet);
                    return other == DEAD ? null : new Pair(one, other);
                },
                pair -> first.accepts(pair.first()) && second.accepts(pair.second()));
    }

    private static <S> int number(S state, Map<S, Integer> numbers, Queue<S> unexplored) {
        Integer known = numbers.get(state);
        if (known != null) {
            return known;
        }
        if (numbers.size() == MAX_STATES) {
            throw new TooManyStatesException(MAX_STATES);
        }
        int number = numbers.size();
        numbers.put(state, number);
        unexplored.add(state);
        return number;
    }

    private static Optional<Dfa> trim(List<int[]> rows, BitSet accepting, ByteClasses classes) {
        BitSet live = live(rows, accepting);
        if (!live.get(0)) {
            return Optional.empty();
        }
        int[] renumbered = new int[rows.size()];
        int count = 0;
        for (int state = 0; state < rows.size(); state++) {
            renumbered[state] = live.get(state) ? count++ : DEAD;
        }
        int width = classes.count();
        int[] next = new int[count * width];
        BitSet kept = new BitSet();
        live.stream().forEach(state -> {
            int number = renumbered[state];
            int[] row = rows.get(state);
            for (int i = 0; i < width; i++) {
                next[number * width + i] = row[i] == DEAD ? DEAD : renumbered[row[i]];
            }
            kept.set(number, accepting.get(state));
        });
        return Optional.of(new Dfa(classes, next, kept));
    }

    /** The states from which an accepting one can be reached: a search backwards. */
    private static BitSet live(List<int[]> rows, BitSet accepting) {
        List<List<Integer>> sources = new ArrayList<>();
        rows.forEach(_ -> sources.add(new ArrayList<>()));
        for (int state = 0; state < rows.size(); state++) {
            for (int target : rows.get(state)) {
                if (target != DEAD) {
                    sources.get(target).add(state);
                }
            }
        }
        BitSet live = (BitSet) accepting.clone();
        Queue<Integer> unexplored = new ArrayDeque<>(live.stream().boxed().toList());
        while (!unexplored.isEmpty()) {
            for (int source : sources.get(unexplored.remove())) {
                if (!live.get(source)) {
                    live.set(source);
                    unexplored.add(source);
                }
            }
        }
        return live;
    }

    @Override
    public int start() {
        return 0;
    }

    @Override
    public int step(int state, int octet) {
        return next[state * classes.count() + classes.of(octet)];
    }

    @Override
    public boolean accepts(int state) {
        return accepting.get(state);
    }

    @Override
    public boolean ends(int state) {
        return ending.get(state);
    }

    ByteClasses classes() {
        return classes;
    }

    /** Entries of the table. */
    int size() {
        return next.length;
    }
}
