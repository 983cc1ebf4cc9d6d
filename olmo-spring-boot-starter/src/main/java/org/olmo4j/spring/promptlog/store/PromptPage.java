package org.olmo4j.spring.promptlog.store;

import java.util.List;
import org.olmo4j.spring.promptlog.PromptRecord;

/**
 * A part of the records that a query finds, latest first.
 *
 * @param items of this page
 * @param total of all pages
 * @param page number of this one, from 0
 * @param size most items of a page
 */
public record PromptPage(List<PromptRecord> items, long total, int page, int size) {

    /** Most items of a page. */
    public static final int LARGEST = 500;

    /** Copies the list. */
    public PromptPage {
        items = List.copyOf(items);
    }
}
