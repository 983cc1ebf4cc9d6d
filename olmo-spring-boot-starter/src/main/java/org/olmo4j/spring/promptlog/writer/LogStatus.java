package org.olmo4j.spring.promptlog.writer;

import java.util.Optional;
import org.olmo4j.spring.promptlog.journal.JournalStatus;

/**
 * How the prompt log does. Counts are since the start of this process.
 *
 * @param accepted entries that were handed over
 * @param stored entries that the database has; one that came twice may be counted twice
 * @param waiting entries in memory that the database does not have yet
 * @param waitingBytes of them
 * @param notJournaled entries that the journal refused: until the database has them, a crash loses them
 * @param droppedTexts texts that were not kept for want of room, to keep room for their records
 * @param lost entries that neither journal nor database took
 * @param refused entries that the database refused
 * @param deadLetters of these, and of those of earlier processes, how many are kept aside now
 * @param deadLettersLost entries that the database refused, for which there was no room aside
 * @param problem why the latest attempt to write failed, or that to let an erasure reach the files of this instance; empty if none did
 * @param journal what waits on the disk
 */
public record LogStatus(
        long accepted,
        long stored,
        int waiting,
        long waitingBytes,
        long notJournaled,
        long droppedTexts,
        long lost,
        long refused,
        long deadLetters,
        long deadLettersLost,
        Optional<String> problem,
        JournalStatus journal) {

    /**
     * Whether an operator should look at it.
     *
     * @return true if something fails, or was lost
     */
    public boolean isDegraded() {
        return problem.isPresent()
                || journal.problem().isPresent()
                || droppedTexts > 0
                || lost > 0
                || deadLetters > 0
                || deadLettersLost > 0
                || journal.damagedBytes() > 0;
    }
}
