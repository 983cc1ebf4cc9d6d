package org.olmo4j.constraint;

import java.util.LinkedHashSet;
import java.util.Set;

/**
 * Subschemas that a value has to conform to at once.
 *
 * @param pointers JSON pointers, in the order in which they were met; none allows any value
 */
record Conjunction(Set<String> pointers) {

    static final Conjunction ANY = new Conjunction(Set.of());

    static Conjunction of(String pointer) {
        return new Conjunction(Set.of(pointer));
    }

    Conjunction and(Conjunction other) {
        if (pointers.isEmpty() || other.pointers.isEmpty()) {
            return pointers.isEmpty() ? other : this;
        }
        Set<String> both = new LinkedHashSet<>(pointers);
        both.addAll(other.pointers);
        return both.size() == pointers.size() ? this : new Conjunction(both);
    }
}
