package org.olmo4j.spring.promptlog.writer;

import org.jspecify.annotations.Nullable;
import org.olmo4j.spring.promptlog.ContentState;
import org.olmo4j.spring.promptlog.PromptEntry;
import org.olmo4j.spring.promptlog.journal.Position;

/**
 * An entry on its way to the database.
 *
 * @param entry which
 * @param position where the journal has it; null if it does not
 * @param bytes of it, as encoded
 */
record WaitingEntry(PromptEntry entry, @Nullable Position position, int bytes) {

    WaitingEntry withoutText() {
        return new WaitingEntry(entry.withoutContent(ContentState.DROPPED), position, bytes - entry.contentBytes());
    }
}
