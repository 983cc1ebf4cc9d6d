package org.olmo4j.spring.promptlog.journal;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Which records there are, and which of them are released. Thread-safe. Asks nothing of a disk but to replace a file, so that nobody waits for
 * one here.
 */
final class Segments {

    private final NavigableMap<Long, Segment> byNumber = new TreeMap<>();

    /**
     * A record that is waited for.
     *
     * @param index in its segment
     * @param offset in its file
     * @param length in its file
     */
    record Pending(int index, int offset, int length) {}

    /**
     * Where a record is in a file that was written anew.
     *
     * @param offset in the file
     * @param length with its header
     */
    record Place(int offset, int length) {}

    /** Sums over all segments. */
    record Totals(long bytes, int segments, long pendingRecords) {}

    /** Puts one file in the place of another, or deletes one. */
    interface FileChange {
        void apply() throws IOException;
    }

    synchronized void add(Segment segment) {
        byNumber.put(segment.number, segment);
    }

    synchronized List<Segment> all() {
        return new ArrayList<>(byNumber.values());
    }

    /** Those that are not written any more. */
    synchronized List<Segment> sealed() {
        return byNumber.values().stream().filter(Segment::isSealed).toList();
    }

    synchronized Totals totals() {
        long bytes = 0;
        long pending = 0;
        for (Segment segment : byNumber.values()) {
            bytes += segment.bytes();
            pending += segment.unreleased();
        }
        return new Totals(bytes, byNumber.size(), pending);
    }

    /** Records of these lengths became durable at the end of a segment. */
    synchronized List<Position> stored(Segment segment, List<Integer> lengths) {
        List<Position> positions = new ArrayList<>(lengths.size());
        for (int length : lengths) {
            int offset = Math.toIntExact(segment.bytes());
            positions.add(new Position(segment.number, segment.add(offset, length)));
            segment.grow(segment.bytes() + length);
        }
        return positions;
    }

    /** Nothing is appended to it any more. True if nothing in it is waited for either: it is forgotten here, and its file has to go. */
    synchronized boolean seal(Segment segment) {
        segment.seal(segment.bytes());
        return forgetIfDone(segment);
    }

    /** The segment, if it is done with by this: it is forgotten here, and its file has to go. */
    synchronized @Nullable Segment release(Position position) {
        Segment segment = byNumber.get(position.segment());
        if (segment == null) {
            return null;
        }
        segment.release(position.index());
        return forgetIfDone(segment) ? segment : null;
    }

    /** Whether all in the segment that is being written is released, and too much to lie about until the segment is full. */
    synchronized boolean isWorthSealing(Position position, long bytes) {
        Segment segment = byNumber.get(position.segment());
        return segment != null && !segment.isSealed() && segment.unreleased() == 0 && segment.bytes() >= bytes;
    }

    /** Whether nothing in the segment is waited for. */
    synchronized boolean isDone(Segment segment) {
        return segment.unreleased() == 0;
    }

    synchronized List<Pending> pending(Segment segment) {
        List<Pending> pending = new ArrayList<>();
        if (isKnown(segment)) {
            for (int index = segment.nextUnreleased(0); index >= 0; index = segment.nextUnreleased(index + 1)) {
                pending.add(new Pending(index, segment.offset(index), segment.length(index)));
            }
        }
        return pending;
    }

    synchronized boolean isReleased(Segment segment, int index) {
        return segment.isReleased(index);
    }

    synchronized boolean hasRemains(Segment segment) {
        return segment.hasRemains();
    }

    synchronized void damaged(Segment segment) {
        segment.damage();
    }

    /**
     * Puts a file that holds only some of a segment's records in place of its own, unless that is gone already. In one step with the offsets, so
     * that the last release cannot delete the old file in between.
     */
    synchronized void replace(Segment segment, Map<Integer, Place> places, long bytes, FileChange change)
            throws IOException {
        if (!isKnown(segment)) {
            return;
        }
        change.apply();
        for (int index = 0; index < segment.records(); index++) {
            Place place = places.get(index);
            if (place == null) {
                segment.release(index);
            } else {
                segment.move(index, place.offset(), place.length());
            }
        }
        segment.rewritten(bytes);
        // Records that were released while the file was written are in it, and it may have no others.
        if (bytes == 0) {
            byNumber.remove(segment.number);
        }
    }

    private boolean isKnown(Segment segment) {
        return byNumber.get(segment.number) == segment;
    }

    private boolean forgetIfDone(Segment segment) {
        return segment.isDone() && byNumber.remove(segment.number, segment);
    }
}
