package org.olmo4j.constraint;

import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What a schema without combinations says: something of each type of value, independently of the other types. So two of them can be merged
 * into one that says what both say.
 *
 * @param types allowed types
 * @param typed whether the schema names types or values, rather than leaving the type open
 * @param described types of which it says more than that they are allowed
 * @param values the only allowed values; empty if nothing is said
 * @param strings of strings
 * @param numbers of numbers
 * @param arrays of arrays
 * @param objects of objects
 */
record Shape(
        Set<JsonType> types,
        boolean typed,
        Set<JsonType> described,
        Optional<List<Literal>> values,
        StringLimits strings,
        NumberLimits numbers,
        ArrayLimits arrays,
        ObjectLimits objects) {

    static final Shape ANY = new Shape(
            EnumSet.allOf(JsonType.class),
            false,
            EnumSet.noneOf(JsonType.class),
            Optional.empty(),
            StringLimits.NONE,
            NumberLimits.NONE,
            ArrayLimits.NONE,
            ObjectLimits.NONE);
    static final Shape NOTHING = new Shape(
            EnumSet.noneOf(JsonType.class),
            true,
            EnumSet.noneOf(JsonType.class),
            Optional.empty(),
            StringLimits.NONE,
            NumberLimits.NONE,
            ArrayLimits.NONE,
            ObjectLimits.NONE);

    /** Copies the sets. */
    Shape {
        types = Collections.unmodifiableSet(copy(types));
        described = Collections.unmodifiableSet(copy(described));
    }

    /** What both say. */
    Shape and(Shape other) {
        if (this.equals(ANY) || other.equals(ANY)) {
            return this.equals(ANY) ? other : this;
        }
        EnumSet<JsonType> common = copy(types);
        common.retainAll(other.types);
        EnumSet<JsonType> more = copy(described);
        more.addAll(other.described);
        return new Shape(
                common,
                typed || other.typed,
                more,
                common(values, other.values),
                strings.and(other.strings),
                numbers.and(other.numbers),
                arrays.and(other.arrays),
                objects.and(other.objects));
    }

    /** How many parts it has, as a measure of the work with it. */
    int size() {
        return objects.properties().size()
                + objects.required().size()
                + arrays.first().size()
                + values.map(List::size).orElse(0);
    }

    /** Whether no value is allowed for want of a type. */
    boolean nothing() {
        return types.isEmpty();
    }

    /**
     * The types of values that are written. A schema that leaves the type open but describes objects, say, allows a number as well; what its
     * author wants is an object.
     */
    Set<JsonType> writtenTypes() {
        return typed || described.isEmpty() ? types : described;
    }

    /** What the values of other keys than the listed ones are, when an object is written; empty if there are none. */
    Optional<Conjunction> writtenAdditional() {
        boolean closed = objects.additional().isEmpty() && !objects.properties().isEmpty();
        return closed ? Optional.empty() : Optional.of(objects.additional().orElse(Conjunction.ANY));
    }

    /** In the order of the constants, and of an empty set too, which EnumSet.copyOf refuses. */
    private static EnumSet<JsonType> copy(Set<JsonType> types) {
        EnumSet<JsonType> copy = EnumSet.noneOf(JsonType.class);
        copy.addAll(types);
        return copy;
    }

    private static Optional<List<Literal>> common(Optional<List<Literal>> first, Optional<List<Literal>> second) {
        if (first.isEmpty() || second.isEmpty()) {
            return first.or(() -> second);
        }
        List<Literal> both = new ArrayList<>(first.get());
        both.retainAll(second.get());
        return Optional.of(List.copyOf(both));
    }
}
