package org.olmo4j.spring.promptlog.store;

import java.util.List;
import org.olmo4j.spring.promptlog.PromptEntry;

/**
 * What became of entries that were to be written. All that are not refused are in the database.
 *
 * @param refused by the database, whatever comes beside them
 */
public record WriteResult(List<Refused> refused) {

    /** Copies the list. */
    public WriteResult {
        refused = List.copyOf(refused);
    }

    /**
     * An entry that the database does not take.
     *
     * @param entry which
     * @param reason what the database said, with SQLSTATE
     */
    public record Refused(PromptEntry entry, String reason) {}
}
