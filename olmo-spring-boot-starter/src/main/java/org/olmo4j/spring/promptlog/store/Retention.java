package org.olmo4j.spring.promptlog.store;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How long what is kept, counted from when a request was received.
 *
 * @param contents texts of prompts and answers; null: for ever
 * @param records records, and what else tells of them: marks of erasures, and who looked at the log; null: for ever
 */
public record Retention(
        @Nullable Duration contents, @Nullable Duration records) {

    /**
     * Checks ranges.
     *
     * @throws IllegalArgumentException naming the value out of its range
     */
    public Retention {
        requirePositive("contents", contents);
        requirePositive("records", records);
    }

    private static void requirePositive(String name, @Nullable Duration age) {
        if (age != null && !age.isPositive()) {
            throw new IllegalArgumentException("Retention of " + name + " is " + age + "; allowed: more than 0");
        }
    }

    /**
     * How long texts can be there: a text goes with its record.
     *
     * @return the shorter of both; null: for ever
     */
    public @Nullable Duration longestText() {
        if (contents == null || records == null) {
            return contents == null ? records : contents;
        }
        return contents.compareTo(records) < 0 ? contents : records;
    }

    /**
     * What a run deleted.
     *
     * @param contents texts
     * @param records records
     * @param keys that opened no text any more
     */
    public record Result(int contents, int records, int keys) {}
}
