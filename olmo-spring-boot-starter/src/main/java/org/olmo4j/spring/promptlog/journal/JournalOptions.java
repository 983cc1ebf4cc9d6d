package org.olmo4j.spring.promptlog.journal;

import java.time.Duration;
import org.springframework.util.unit.DataSize;

/**
 * Limits of a journal.
 *
 * @param segmentSize size at which a new file is begun, 4 KB to 1 GB; a larger record has a file of its own
 * @param capacity most bytes of records on disk, two segments at least; what goes beyond it is refused
 * @param backlog most bytes that may wait for the disk in memory; what goes beyond it is refused
 * @param damagedCapacity most bytes of damaged files that are kept for examination, 0 for none; the oldest go first
 * @param idleTime how long a file in which nothing is waited for may lie when nothing is appended, 1 ms or more
 */
public record JournalOptions(
        DataSize segmentSize, DataSize capacity, DataSize backlog, DataSize damagedCapacity, Duration idleTime) {

    private static final DataSize SMALLEST_SEGMENT = DataSize.ofKilobytes(4);
    private static final DataSize LARGEST_SEGMENT = DataSize.ofGigabytes(1);

    /** Segments of 16 MB, 1 GB in all, 64 MB waiting, 64 MB of damaged files, 10 s. */
    public static final JournalOptions DEFAULT = new JournalOptions(
            DataSize.ofMegabytes(16),
            DataSize.ofGigabytes(1),
            DataSize.ofMegabytes(64),
            DataSize.ofMegabytes(64),
            Duration.ofSeconds(10));

    /**
     * Checks ranges.
     *
     * @throws IllegalArgumentException naming the value out of its range
     */
    public JournalOptions {
        if (segmentSize.compareTo(SMALLEST_SEGMENT) < 0 || segmentSize.compareTo(LARGEST_SEGMENT) > 0) {
            throw new IllegalArgumentException("segmentSize is " + segmentSize + "; allowed: 4 KB to 1 GB");
        }
        if (capacity.toBytes() < 2 * segmentSize.toBytes()) {
            throw new IllegalArgumentException(
                    "capacity is " + capacity + "; it must hold two segments of " + segmentSize + " at least");
        }
        if (backlog.toBytes() <= 0) {
            throw new IllegalArgumentException("backlog is " + backlog + "; it must be positive");
        }
        if (damagedCapacity.isNegative()) {
            throw new IllegalArgumentException("damagedCapacity is " + damagedCapacity + "; it must not be negative");
        }
        if (idleTime.toMillis() < 1) {
            throw new IllegalArgumentException("idleTime is " + idleTime + "; allowed: 1 ms or more");
        }
    }

    /**
     * The same limits with another capacity.
     *
     * @param capacity most bytes of records on disk
     * @return a changed copy
     */
    public JournalOptions withCapacity(DataSize capacity) {
        return new JournalOptions(segmentSize, capacity, backlog, damagedCapacity, idleTime);
    }
}
