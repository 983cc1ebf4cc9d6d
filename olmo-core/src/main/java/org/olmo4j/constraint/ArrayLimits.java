package org.olmo4j.constraint;

import java.util.ArrayList;
import java.util.List;

/**
 * What a schema says of arrays.
 *
 * @param first what the first items conform to, each
 * @param items what the items behind them conform to
 * @param minimum fewest items
 * @param maximum most items; {@link #UNLIMITED} for no limit
 */
record ArrayLimits(List<Conjunction> first, Conjunction items, int minimum, int maximum) {

    static final int UNLIMITED = Integer.MAX_VALUE;
    static final ArrayLimits NONE = new ArrayLimits(List.of(), Conjunction.ANY, 0, UNLIMITED);

    /** What both say. */
    ArrayLimits and(ArrayLimits other) {
        List<Conjunction> both = new ArrayList<>();
        for (int i = 0; i < Math.max(first.size(), other.first.size()); i++) {
            both.add(at(i).and(other.at(i)));
        }
        return new ArrayLimits(
                List.copyOf(both),
                items.and(other.items),
                Math.max(minimum, other.minimum),
                Math.min(maximum, other.maximum));
    }

    private Conjunction at(int index) {
        return index < first.size() ? first.get(index) : items;
    }
}
