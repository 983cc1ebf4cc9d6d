package org.olmo4j.constraint;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * A set of Unicode scalar values (code points that are no surrogates), as disjoint ranges in ascending order.
 *
 * @param ranges with a gap between any two
 */
record CodePoints(List<Range> ranges) {

    private static final int FIRST_SURROGATE = 0xd800;
    private static final int LAST_SURROGATE = 0xdfff;

    static final CodePoints NONE = new CodePoints(List.of());
    static final CodePoints ALL = of(0, Character.MAX_CODE_POINT);

    /**
     * Neighbouring code points.
     *
     * @param first the lowest
     * @param last the highest, not below the first
     */
    record Range(int first, int last) {}

    static CodePoints of(int character) {
        return of(character, character);
    }

    static CodePoints of(int first, int last) {
        List<Range> ranges = new ArrayList<>(2);
        addIfAny(first, Math.min(last, FIRST_SURROGATE - 1), ranges);
        addIfAny(Math.max(first, LAST_SURROGATE + 1), last, ranges);
        return new CodePoints(List.copyOf(ranges));
    }

    CodePoints or(CodePoints other) {
        List<Range> all = new ArrayList<>(ranges);
        all.addAll(other.ranges);
        all.sort(Comparator.comparingInt(Range::first));
        List<Range> merged = new ArrayList<>();
        for (Range range : all) {
            Range last = merged.isEmpty() ? null : merged.getLast();
            if (last != null && range.first() <= last.last() + 1) {
                merged.set(merged.size() - 1, new Range(last.first(), Math.max(last.last(), range.last())));
            } else {
                merged.add(range);
            }
        }
        return new CodePoints(List.copyOf(merged));
    }

    CodePoints not() {
        CodePoints rest = NONE;
        int next = 0;
        for (Range range : ranges) {
            if (next < range.first()) {
                rest = rest.or(of(next, range.first() - 1));
            }
            next = range.last() + 1;
        }
        return next <= Character.MAX_CODE_POINT ? rest.or(of(next, Character.MAX_CODE_POINT)) : rest;
    }

    boolean empty() {
        return ranges.isEmpty();
    }

    private static void addIfAny(int first, int last, List<Range> ranges) {
        if (first <= last) {
            ranges.add(new Range(first, last));
        }
    }
}
