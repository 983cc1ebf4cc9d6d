package org.olmo4j.constraint;

import java.util.LinkedHashSet;
import java.util.Set;

/**
 * What a schema says of strings.
 *
 * @param minimum fewest code points
 * @param maximum most code points; {@link JsonString#MAX_LENGTH} for no limit
 * @param expressions all of which match
 */
record StringLimits(int minimum, int maximum, Set<Expression> expressions) {

    static final StringLimits NONE = new StringLimits(0, JsonString.MAX_LENGTH, Set.of());

    /**
     * A regular expression.
     *
     * @param text as {@code pattern} has it
     * @param keyword where it comes from: {@code pattern} or {@code format}
     * @param pointer of the schema that has the keyword
     */
    record Expression(String text, String keyword, String pointer) {}

    /** What both say. */
    StringLimits and(StringLimits other) {
        Set<Expression> both = new LinkedHashSet<>(expressions);
        both.addAll(other.expressions);
        return new StringLimits(Math.max(minimum, other.minimum), Math.min(maximum, other.maximum), both);
    }
}
