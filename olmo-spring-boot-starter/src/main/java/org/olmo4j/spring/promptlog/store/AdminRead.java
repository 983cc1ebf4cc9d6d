package org.olmo4j.spring.promptlog.store;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.olmo4j.spring.promptlog.PromptRecord;

/**
 * That somebody looked at the log, or changed it.
 *
 * @param happened when, to the microsecond
 * @param reader who, as the application's security names them
 * @param activity what: list, search, read, export, erase, replay
 * @param filter what was asked for, without any text of prompts or answers; null if nothing restricted it
 * @param recordId of the one record it was about; null if it was about several
 */
public record AdminRead(
        Instant happened,
        String reader,
        String activity,
        @Nullable String filter,
        @Nullable UUID recordId) {

    /** Makes all text storable. */
    public AdminRead {
        happened = happened.truncatedTo(ChronoUnit.MICROS);
        reader = PromptRecord.storableName(reader);
        activity = PromptRecord.storableName(activity);
        filter = filter == null ? null : PromptRecord.storableText(filter);
    }
}
