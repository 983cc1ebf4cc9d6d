package org.olmo4j.spring.promptlog.store;

import java.util.List;
import java.util.Set;
import org.olmo4j.spring.promptlog.PromptEntry;

/**
 * What became of entries that were to be written. All that are not refused are in the database.
 *
 * @param refused by the database, whatever comes beside them
 * @param erasedUsers users of some entries, by what stands for them, who were erased since a key of theirs was made: encrypt no further text with it
 */
public record WriteResult(List<Refused> refused, Set<String> erasedUsers) {

    /** Copies the collections. */
    public WriteResult {
        refused = List.copyOf(refused);
        erasedUsers = Set.copyOf(erasedUsers);
    }

    /**
     * An entry that the database does not take.
     *
     * @param entry what of it may be kept elsewhere
     * @param reason of what kind, with SQLSTATE; quotes nothing
     */
    public record Refused(PromptEntry entry, String reason) {}
}
