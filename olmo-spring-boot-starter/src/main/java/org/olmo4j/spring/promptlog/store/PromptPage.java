package org.olmo4j.spring.promptlog.store;

import java.util.List;
import org.olmo4j.spring.promptlog.PromptRecord;

/**
 * A part of the records that a query finds, latest first.
 *
 * @param items of this page
 * @param total of all pages, or {@value #COUNTED} if there are more: to count a million would take longer than to look at the first of them
 * @param totalIsExact false if there are more
 * @param page number of this one, from 0
 * @param size most items of a page
 */
public record PromptPage(List<PromptRecord> items, long total, boolean totalIsExact, int page, int size) {

    /** Most items of a page. */
    public static final int LARGEST = 500;

    /** So many records are counted. */
    public static final int COUNTED = 10_000;

    /** Copies the list. */
    public PromptPage {
        items = List.copyOf(items);
    }
}
