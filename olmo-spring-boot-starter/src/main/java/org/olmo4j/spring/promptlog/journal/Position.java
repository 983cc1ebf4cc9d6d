package org.olmo4j.spring.promptlog.journal;

import java.util.Comparator;

/**
 * Where a record lies, for the {@link Journal} that gave it: one opened later may give another. Ordered as records were appended.
 *
 * @param segment number of the file
 * @param index of the record in it, from 0
 */
public record Position(long segment, int index) implements Comparable<Position> {

    private static final Comparator<Position> ORDER =
            Comparator.comparingLong(Position::segment).thenComparingInt(Position::index);

    @Override
    public int compareTo(Position other) {
        return ORDER.compare(this, other);
    }
}
