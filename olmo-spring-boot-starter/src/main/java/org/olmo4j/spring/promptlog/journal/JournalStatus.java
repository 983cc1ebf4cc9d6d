package org.olmo4j.spring.promptlog.journal;

import java.util.Optional;

/**
 * What a journal holds, and what went wrong since it was opened.
 *
 * @param bytes of segments on disk
 * @param segments files
 * @param pendingRecords durable records that are not released
 * @param appended records made durable
 * @param refused records that were not
 * @param damagedBytes in which records were, or may have been, that cannot be read any more
 * @param tornBytes at ends of segments of a process that died while it wrote; nobody was told that they are durable
 * @param problem why the latest record was refused; empty if none was since one was written or room was made
 */
public record JournalStatus(
        long bytes,
        int segments,
        long pendingRecords,
        long appended,
        long refused,
        long damagedBytes,
        long tornBytes,
        Optional<String> problem) {}
