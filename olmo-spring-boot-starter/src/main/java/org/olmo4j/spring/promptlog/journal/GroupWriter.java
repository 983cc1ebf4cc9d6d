package org.olmo4j.spring.promptlog.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.olmo4j.spring.promptlog.journal.JournalException.Reason;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The thread that writes. It takes all records that wait, writes them in one go and asks the disk once to keep them; while the disk is busy with
 * that, the next group gathers by itself.
 */
final class GroupWriter {

    private static final Logger log = LoggerFactory.getLogger(GroupWriter.class);

    private static final int LARGEST_GROUP_BYTES = 4 * 1024 * 1024;

    /** Offsets in a segment are ints. */
    private static final int LARGEST_FRAME_BYTES = 1 << 30;

    private final JournalFolder folder;
    private final JournalOptions options;
    private final Segments segments;
    private final Disk disk;
    private final Thread thread =
            Thread.ofPlatform().name("olmo-journal").daemon().unstarted(this::run);

    /** Those who wait may do anything when a record is durable, so they do it elsewhere. */
    private final ExecutorService completions = Executors.newVirtualThreadPerTaskExecutor();

    private final BlockingQueue<Work> queue = new LinkedBlockingQueue<>();
    private final Object admission = new Object();
    private boolean closed;
    private final AtomicLong waitingBytes = new AtomicLong();
    private final AtomicLong appended = new AtomicLong();
    private final AtomicLong refused = new AtomicLong();
    private volatile @Nullable JournalException problem;

    // Only the thread uses these.
    private @Nullable Current current;
    private @Nullable Work next;

    private sealed interface Work {}

    private record Append(byte[] content, CompletableFuture<Position> durable) implements Work {

        long frameBytes() {
            return (long) Frames.HEADER_BYTES + content.length;
        }
    }

    private record Seal(CompletableFuture<Void> sealed) implements Work {}

    private record Close() implements Work {}

    /** The segment that is written, with the bytes of it that are durable. */
    private record Current(Segment segment, Disk.Output output, long bytes) {}

    GroupWriter(JournalFolder folder, JournalOptions options, Segments segments, Disk disk) {
        this.folder = folder;
        this.options = options;
        this.segments = segments;
        this.disk = disk;
    }

    void start() {
        thread.start();
    }

    CompletableFuture<Position> append(byte[] content) {
        Append append = new Append(content, new CompletableFuture<>());
        synchronized (admission) {
            JournalException refusal = closed ? closed() : noRoom(append.frameBytes());
            if (refusal == null) {
                waitingBytes.addAndGet(append.frameBytes());
                queue.add(append);
            } else {
                refused(refusal);
                append.durable().completeExceptionally(refusal);
            }
        }
        return append.durable();
    }

    /** Completes when everything that was appended before is in segments that are not written any more. */
    CompletableFuture<Void> seal() {
        CompletableFuture<Void> sealed = new CompletableFuture<>();
        synchronized (admission) {
            if (closed) {
                sealed.completeExceptionally(closed());
            } else {
                queue.add(new Seal(sealed));
            }
        }
        return sealed;
    }

    /** Writes what waits, and ends. True if all is written in this time; a disk that hangs cannot be interrupted. */
    boolean close(Duration patience) {
        synchronized (admission) {
            if (!closed) {
                closed = true;
                queue.add(new Close());
            }
        }
        try {
            if (!thread.join(patience)) {
                return false;
            }
            if (!completions.awaitTermination(patience.toMillis(), TimeUnit.MILLISECONDS)) {
                log.warn("Something still runs that waited for records of the journal in {}", folder.path());
            }
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    boolean isClosed() {
        synchronized (admission) {
            return closed;
        }
    }

    long appended() {
        return appended.get();
    }

    long refused() {
        return refused.get();
    }

    @Nullable
    JournalException problem() {
        return problem;
    }

    /** How much of the capacity is used, with what waits, and a record that is to come. */
    double used(int contentBytes) {
        long bytes = segments.totals().bytes() + waitingBytes.get() + Frames.HEADER_BYTES + contentBytes;
        return (double) bytes / options.capacity().toBytes();
    }

    /** A file was deleted. */
    void roomWasMade() {
        JournalException known = problem;
        if (known != null && known.reason() == Reason.CAPACITY) {
            problem = null;
        }
    }

    JournalException closed() {
        return new JournalException(
                Reason.CLOSED, "The journal in " + folder.path() + " is closed", "Open it again", null);
    }

    private @Nullable JournalException noRoom(long bytes) {
        long waiting = waitingBytes.get();
        long stored = segments.totals().bytes();
        if (bytes > LARGEST_FRAME_BYTES
                || stored + waiting + bytes > options.capacity().toBytes()) {
            return new JournalException(
                    Reason.CAPACITY,
                    "The journal in " + folder.path() + " holds " + stored + " bytes, " + waiting
                            + " more wait, and a record of "
                            + bytes + " bytes goes beyond its capacity of "
                            + options.capacity().toBytes(),
                    "See why the database does not take what is in it, or raise the capacity",
                    null);
        }
        // A single record may be larger than that.
        if (waiting > 0 && waiting + bytes > options.backlog().toBytes()) {
            return new JournalException(
                    Reason.BACKLOG,
                    "The disk of the journal in " + folder.path() + " does not keep up: " + waiting
                            + " bytes wait for it",
                    "Use a faster disk, or raise the backlog",
                    null);
        }
        return null;
    }

    private void refused(JournalException reason) {
        refused.incrementAndGet();
        if (reason.reason() != Reason.CLOSED) {
            if (problem == null) {
                log.warn("Records are not made durable: {}", reason.getMessage());
            }
            problem = reason;
        }
    }

    private void run() {
        for (Work work = take(); !(work instanceof Close); work = take()) {
            switch (work) {
                case Append first -> writeGroup(gather(first));
                case Seal(CompletableFuture<Void> sealed) -> {
                    sealCurrent();
                    completions.execute(() -> sealed.complete(null));
                }
                case Close() -> throw new AssertionError("Ends the loop");
            }
        }
        sealCurrent();
        completions.shutdown();
    }

    private Work take() {
        Work work = next;
        next = null;
        while (work == null) {
            try {
                work = queue.poll(options.idleTime().toMillis(), TimeUnit.MILLISECONDS);
                if (work == null) {
                    sealIfDone();
                }
            } catch (InterruptedException e) {
                // Nobody but a debugger interrupts this thread; what waits is written all the same.
            }
        }
        return work;
    }

    /** What the database has need not lie about until more is written. */
    private void sealIfDone() {
        Current idle = current;
        if (idle != null && segments.isDone(idle.segment())) {
            sealCurrent();
        }
    }

    private List<Append> gather(Append first) {
        List<Append> group = new ArrayList<>(List.of(first));
        long most = Math.min(LARGEST_GROUP_BYTES, options.segmentSize().toBytes());
        long bytes = first.frameBytes();
        for (Work work = queue.poll(); work != null; work = queue.poll()) {
            if (!(work instanceof Append append) || bytes + append.frameBytes() > most) {
                next = work;
                break;
            }
            bytes += append.frameBytes();
            group.add(append);
        }
        return group;
    }

    private void writeGroup(List<Append> group) {
        long bytes = group.stream().mapToLong(Append::frameBytes).sum();
        List<Position> positions;
        try {
            Current target = segmentFor(bytes);
            List<Integer> lengths = new ArrayList<>(group.size());
            ByteBuffer frames = ByteBuffer.allocate(Math.toIntExact(bytes));
            for (Append append : group) {
                lengths.add(Math.toIntExact(append.frameBytes()));
                target.segment().frames.write(append.content(), frames);
            }
            target.output().write(frames.flip());
            target.output().force();
            current = new Current(target.segment(), target.output(), target.bytes() + bytes);
            positions = segments.stored(target.segment(), lengths);
        } catch (IOException | RuntimeException | Error failure) {
            // What of it is on the disk may be torn, so nothing is appended to that.
            sealCurrent();
            waitingBytes.addAndGet(-bytes);
            JournalException reason = new JournalException(
                    Reason.DISK,
                    "The journal in " + folder.path() + " cannot be written: " + failure,
                    "Make room on its disk, or see what is wrong with that; it goes on by itself",
                    failure);
            for (Append append : group) {
                refused(reason);
                completions.execute(() -> append.durable().completeExceptionally(reason));
            }
            return;
        }
        waitingBytes.addAndGet(-bytes);
        appended.addAndGet(group.size());
        if (problem != null) {
            problem = null;
            log.info("Records are made durable again by the journal in {}", folder.path());
        }
        for (int i = 0; i < group.size(); i++) {
            CompletableFuture<Position> durable = group.get(i).durable();
            Position position = positions.get(i);
            completions.execute(() -> durable.complete(position));
        }
    }

    private Current segmentFor(long bytes) throws IOException {
        Current open = current;
        if (open != null && open.bytes() + bytes > options.segmentSize().toBytes()) {
            sealCurrent();
            open = null;
        }
        if (open == null) {
            Segment segment = folder.next();
            open = new Current(segment, disk.create(segment.file), 0);
            current = open;
            segments.add(segment);
            disk.forceFolder(folder.path());
        }
        return open;
    }

    /** The file keeps what is durable in it, and goes if that is nothing that is waited for. */
    private void sealCurrent() {
        Current last = current;
        current = null;
        if (last == null) {
            return;
        }
        try (Disk.Output output = last.output()) {
            // Frees what a failed write took, and lets no record come back that was refused.
            output.truncate(last.bytes());
        } catch (IOException | RuntimeException e) {
            log.warn("The end of the journal's file {} could not be cut off", last.segment().file, e);
        }
        if (segments.seal(last.segment())) {
            folder.finish(last.segment(), options.damagedCapacity().toBytes());
            roomWasMade();
        }
    }
}
