package org.olmo4j.spring.promptlog.store;

import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.olmo4j.spring.promptlog.PromptRecord;

/**
 * What a search through texts found. Texts are encrypted, so no index knows them: each one in question is decrypted and looked at, latest first.
 *
 * @param items that match
 * @param looked how many texts were looked at
 * @param last where it ended for want of room, to go on from there; empty: there is nothing further
 */
public record PromptScan(List<PromptRecord> items, int looked, Optional<UUID> last) {

    /** Copies the list. */
    public PromptScan {
        items = List.copyOf(items);
    }
}
