package org.olmo4j.constraint;

import java.util.List;

/** A regular expression over characters, as a tree. */
sealed interface TextPattern {

    /** The empty text. */
    TextPattern EMPTY = new Sequence(List.of());

    /** Any text. */
    TextPattern ANY_TEXT = new Repeat(new OneOf(CodePoints.ALL), 0, Repeat.UNLIMITED);

    /** One character of a set. */
    record OneOf(CodePoints set) implements TextPattern {}

    /** One after the other. */
    record Sequence(List<TextPattern> parts) implements TextPattern {}

    /** One of several; none is not possible. */
    record Choice(List<TextPattern> options) implements TextPattern {}

    /**
     * The same again.
     *
     * @param part what is repeated
     * @param minimum how often at least
     * @param maximum how often at most, or {@link #UNLIMITED}
     */
    record Repeat(TextPattern part, int minimum, int maximum) implements TextPattern {
        static final int UNLIMITED = Integer.MAX_VALUE;
    }
}
