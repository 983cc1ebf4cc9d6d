package org.olmo4j.spring.promptlog.writer;

import java.time.Duration;
import org.springframework.util.unit.DataSize;

/**
 * Limits of a writer.
 *
 * @param waitingRecords most records that wait in memory for the database, 1 or more; what is beyond waits in the journal alone
 * @param waitingSize most bytes of them
 * @param batchRows most records of a transaction, 1 to 1,000
 * @param linger how long the first record of a batch waits for others, at most 10 s
 * @param drainTime how long closing waits for the database; what is left stays in the journal
 */
public record WriterOptions(
        int waitingRecords, DataSize waitingSize, int batchRows, Duration linger, Duration drainTime) {

    private static final Duration LONGEST_LINGER = Duration.ofSeconds(10);

    /** 10,000 records or 64 MB, in batches of 100 or after 200 ms; 5 s to drain. */
    public static final WriterOptions DEFAULT =
            new WriterOptions(10_000, DataSize.ofMegabytes(64), 100, Duration.ofMillis(200), Duration.ofSeconds(5));

    /**
     * Checks ranges.
     *
     * @throws IllegalArgumentException naming the value out of its range
     */
    public WriterOptions {
        require(waitingRecords >= 1, "waitingRecords", waitingRecords, "1 or more");
        require(waitingSize.toBytes() >= 1, "waitingSize", waitingSize, "1 byte or more");
        require(batchRows >= 1 && batchRows <= 1_000, "batchRows", batchRows, "1 to 1,000");
        require(!linger.isNegative() && linger.compareTo(LONGEST_LINGER) <= 0, "linger", linger, "0 to 10 s");
        require(!drainTime.isNegative(), "drainTime", drainTime, "0 or more");
    }

    private static void require(boolean condition, String name, Object value, String allowed) {
        if (!condition) {
            throw new IllegalArgumentException(name + " is " + value + "; allowed: " + allowed);
        }
    }
}
