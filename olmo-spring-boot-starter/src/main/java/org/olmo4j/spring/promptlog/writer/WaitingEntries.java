package org.olmo4j.spring.promptlog.writer;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.olmo4j.spring.promptlog.journal.Position;

/** A queue that is bounded by number and bytes. Never makes who offers wait. Thread-safe. */
final class WaitingEntries {

    private final int mostEntries;
    private final long mostBytes;
    private final ArrayDeque<WaitingEntry> queue = new ArrayDeque<>();
    private final Set<Position> positions = new HashSet<>();
    private long bytes;
    private boolean woken;
    private boolean ended;

    WaitingEntries(int mostEntries, long mostBytes) {
        this.mostEntries = mostEntries;
        this.mostBytes = mostBytes;
    }

    /** False if there is no room. One that alone is larger than all room is taken where nothing else waits. */
    synchronized boolean offer(WaitingEntry entry) {
        if (queue.size() >= mostEntries || (!queue.isEmpty() && bytes + entry.bytes() > mostBytes)) {
            return false;
        }
        queue.add(entry);
        bytes += entry.bytes();
        if (entry.position() != null) {
            positions.add(entry.position());
        }
        notifyAll();
        return true;
    }

    /**
     * Takes the first ones. Waits for the first without end, then for more until a batch is full or the time has passed.
     *
     * @return empty if {@link #wake} was called, or at the end
     */
    synchronized List<WaitingEntry> take(int most, long lingerNanos) throws InterruptedException {
        while (queue.isEmpty() && !woken && !ended) {
            wait();
        }
        long end = System.nanoTime() + lingerNanos;
        for (long left = lingerNanos;
                queue.size() < most && !woken && !ended && left > 0;
                left = end - System.nanoTime()) {
            TimeUnit.NANOSECONDS.timedWait(this, left);
        }
        woken = false;
        List<WaitingEntry> batch = new ArrayList<>();
        long batchBytes = 0;
        // Half of the room: a batch is in memory while the queue fills up behind it.
        while (!queue.isEmpty() && batch.size() < most && (batch.isEmpty() || batchBytes <= mostBytes / 2)) {
            WaitingEntry first = queue.remove();
            bytes -= first.bytes();
            batchBytes += first.bytes();
            if (first.position() != null) {
                positions.remove(first.position());
            }
            batch.add(first);
        }
        return batch;
    }

    /** Lets who waits in {@link #take} look for something else to do. */
    synchronized void wake() {
        woken = true;
        notifyAll();
    }

    /** From now on, {@link #take} does not wait. */
    synchronized void end() {
        ended = true;
        notifyAll();
    }

    /** What was not taken. */
    synchronized List<WaitingEntry> rest() {
        return List.copyOf(queue);
    }

    synchronized boolean holds(Position position) {
        return positions.contains(position);
    }

    synchronized int size() {
        return queue.size();
    }

    synchronized long bytes() {
        return bytes;
    }
}
