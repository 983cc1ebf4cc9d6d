package org.olmo4j.spring.promptlog.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Function;
import org.olmo4j.error.OlmoException;
import org.olmo4j.spring.promptlog.journal.JournalException.Reason;

/**
 * Records in files of a folder on a local disk: appended when they must not be lost, read back when a database can take them, released when it
 * has them.
 *
 * <p>A record is durable when the future of its {@link #append append} completes, and stays until it is {@link #release released}, whatever
 * happens to this process. Files are deleted when all in them is released, so after a crash some records come back that were released before:
 * what takes them has to be idempotent. Damage on the disk costs the records in which it lies and no others. Refusals and damage are counted
 * in the {@link #status() status}.
 *
 * <p>One process at a time has a folder. Files can be read by their owner only; so can the folder, if it is made here. Thread-safe.
 */
public final class Journal implements AutoCloseable {

    /** A disk that does not answer for so long is not waited for when closing. */
    private static final Duration CLOSING = Duration.ofSeconds(10);

    private final JournalFolder folder;
    private final JournalOptions options;
    private final Disk disk;
    private final Segments segments = new Segments();
    private final GroupWriter writer;
    private final AtomicLong damagedBytes = new AtomicLong();
    private final long tornBytes;

    private Journal(JournalFolder folder, JournalOptions options, Disk disk) {
        this.folder = folder;
        this.options = options;
        this.disk = disk;
        this.writer = new GroupWriter(folder, options, segments, disk);
        JournalFolder.Found found = folder.scan();
        damagedBytes.set(found.damagedBytes());
        tornBytes = found.tornBytes();
        for (Segment segment : found.segments()) {
            segments.add(segment);
            if (segments.seal(segment)) {
                finish(segment);
            }
        }
        writer.start();
    }

    /**
     * Opens the journal of a folder, which is made if it is not there, and reads what earlier processes left in it.
     *
     * @param folder on a local disk
     * @param options limits
     * @return an open journal
     * @throws JournalException if another one is open on the folder, or the folder cannot be made, read or written
     */
    public static Journal open(Path folder, JournalOptions options) {
        return open(folder, options, new LocalDisk());
    }

    static Journal open(Path path, JournalOptions options, Disk disk) {
        JournalFolder folder = JournalFolder.claim(path);
        try {
            return new Journal(folder, options, disk);
        } catch (RuntimeException | Error failure) {
            try (folder) {
                throw failure;
            } catch (IOException e) {
                failure.addSuppressed(e);
                throw failure;
            }
        }
    }

    /**
     * Appends a record. Does not wait. Records appended by one thread are stored in that order.
     *
     * @param content not changed by the caller any more; at most 1 GB
     * @return completes in a thread of its own, when the disk has the record, with where it lies; or by a {@link JournalException} if the
     *     disk is full or fails, if the capacity or the backlog is used up, or if the journal is closed. What a failing disk refused may be
     *     found on it after a crash all the same.
     */
    public CompletableFuture<Position> append(byte[] content) {
        return writer.append(content);
    }

    /**
     * Reads the durable records that are not released, in the order in which they were appended: those of earlier processes, then those of this one.
     * Records that are appended meanwhile may be among them. What is damaged is skipped and counted.
     *
     * @param consumer may release records, append some, and end this by an exception, which is passed on
     * @throws JournalException if a file cannot be read, or the journal is closed
     */
    public void forEachUnreleased(Consumer<Entry> consumer) {
        requireOpen();
        for (Segment segment : segments.all()) {
            List<Segments.Pending> pending;
            ByteBuffer file;
            synchronized (segment) {
                pending = segments.pending(segment);
                file = pending.isEmpty() ? ByteBuffer.allocate(0) : read(segment);
            }
            for (Segments.Pending record : pending) {
                if (segments.isReleased(segment, record.index())) {
                    continue;
                }
                Position position = new Position(segment.number, record.index());
                byte[] content = segment.frames.read(file, record.offset());
                if (content == null) {
                    skipDamaged(segment, position, record.length());
                } else {
                    consumer.accept(new Entry(position, content));
                }
            }
        }
    }

    private ByteBuffer read(Segment segment) {
        try {
            return ByteBuffer.wrap(Files.readAllBytes(segment.file));
        } catch (NoSuchFileException deletedByOthers) {
            return ByteBuffer.allocate(0);
        } catch (IOException e) {
            throw new JournalException(
                    Reason.DISK,
                    "The journal's file " + segment.file + " cannot be read: " + e,
                    "See what is wrong with its disk; nothing is lost by that",
                    e);
        }
    }

    private void skipDamaged(Segment segment, Position position, int bytes) {
        segments.damaged(segment);
        damagedBytes.addAndGet(bytes);
        release(position);
    }

    /**
     * Says that a record is in the database. A file of which all records are released is deleted, or kept under another name if it is damaged. Has
     * no effect if it was said before, or if the journal is closed.
     *
     * @param position that this journal gave
     */
    public void release(Position position) {
        if (writer.isClosed()) {
            return;
        }
        Segment done = segments.release(position);
        if (done != null) {
            finish(done);
        } else if (segments.isWorthSealing(position, options.segmentSize().toBytes() / 16)) {
            CompletableFuture<Void> _ = writer.seal();
        }
    }

    private void finish(Segment segment) {
        folder.finish(segment, options.damagedCapacity().toBytes());
        writer.roomWasMade();
    }

    /**
     * Changes records, or makes them vanish, of those that were appended before: when this returns, no file of the journal holds a byte of what they
     * were, nor of any released record, nor of what is damaged, since nobody can say whose that was. Files are written anew and put in place of the old
     * ones, one by one, each record keeping its position; if this fails or the process dies, each is the old or the new one, no other record is lost,
     * and this can be repeated. Blocks that the file system has freed are not overwritten.
     *
     * @param change is given the content of each record that is not released; the same: it stays as it is; empty: it vanishes
     * @return how many of these records are not as they were
     * @throws JournalException if a file cannot be read or written, or the journal is closed
     */
    public int rewrite(Function<byte[], Optional<byte[]>> change) {
        try {
            writer.seal().join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof OlmoException known ? known : e;
        }
        int changed = 0;
        for (Segment segment : segments.sealed()) {
            synchronized (segment) {
                changed += rewrite(segment, change);
            }
        }
        try {
            folder.limitDamaged(0);
            for (Path file : folder.unread()) {
                if (Files.exists(file)) {
                    throw new IOException("nobody knows what is in " + file
                            + ", which could not be read when the journal was opened");
                }
            }
            disk.forceFolder(folder.path());
        } catch (IOException e) {
            throw notRewritten(e);
        }
        return changed;
    }

    private int rewrite(Segment segment, Function<byte[], Optional<byte[]>> change) {
        List<Segments.Pending> pending = segments.pending(segment);
        if (pending.isEmpty()) {
            return 0;
        }
        ByteBuffer file = read(segment);
        Map<Integer, byte[]> kept = new LinkedHashMap<>();
        int changed = 0;
        for (Segments.Pending record : pending) {
            byte[] content = segment.frames.read(file, record.offset());
            if (content == null) {
                damagedBytes.addAndGet(record.length());
                continue;
            }
            Optional<byte[]> wanted = change.apply(content);
            wanted.ifPresent(bytes -> kept.put(record.index(), bytes));
            if (wanted.filter(bytes -> Arrays.equals(bytes, content)).isEmpty()) {
                changed++;
            }
        }
        if (changed > 0 || kept.size() < pending.size() || segments.hasRemains(segment)) {
            replace(segment, kept);
        }
        return changed;
    }

    private void replace(Segment segment, Map<Integer, byte[]> kept) {
        Path replacement = segment.file.resolveSibling(segment.file.getFileName() + JournalFolder.REPLACEMENT);
        try {
            if (kept.isEmpty()) {
                segments.replace(segment, Map.of(), 0, () -> Files.deleteIfExists(segment.file));
                return;
            }
            Map<Integer, Segments.Place> places = new LinkedHashMap<>();
            int end = 0;
            try (Disk.Output output = disk.create(replacement)) {
                for (Map.Entry<Integer, byte[]> record : kept.entrySet()) {
                    ByteBuffer frame = ByteBuffer.allocate(Frames.HEADER_BYTES + record.getValue().length);
                    segment.frames.write(record.getValue(), frame);
                    output.write(frame.flip());
                    places.put(record.getKey(), new Segments.Place(end, frame.limit()));
                    end += frame.limit();
                }
                output.force();
            }
            segments.replace(
                    segment, places, end, () -> Files.move(replacement, segment.file, StandardCopyOption.ATOMIC_MOVE));
        } catch (IOException e) {
            throw notRewritten(e);
        } finally {
            deleteIfLeft(replacement);
        }
    }

    /**
     * Deletes files that are kept aside because they are damaged.
     *
     * @param before last written before this time
     * @throws JournalException if the disk refuses
     */
    public void forgetDamaged(Instant before) {
        try {
            folder.forgetDamaged(before);
        } catch (IOException e) {
            throw notRewritten(e);
        }
    }

    /**
     * How much of the capacity is used, with what waits for the disk.
     *
     * @param bytes of a record that is to come
     * @return 0 to 1; above, it would be refused
     */
    public double used(int bytes) {
        return writer.used(bytes);
    }

    private static void deleteIfLeft(Path replacement) {
        try {
            Files.deleteIfExists(replacement);
        } catch (IOException e) {
            throw notRewritten(e);
        }
    }

    private static JournalException notRewritten(IOException cause) {
        return new JournalException(
                Reason.DISK,
                "Records could not be changed in the journal: " + cause,
                "Make room on its disk, or see what is wrong with that, and erase again",
                cause);
    }

    /**
     * What it holds, and what went wrong.
     *
     * @return as of now; asks no disk
     */
    public JournalStatus status() {
        Segments.Totals totals = segments.totals();
        return new JournalStatus(
                totals.bytes(),
                totals.segments(),
                totals.pendingRecords(),
                writer.appended(),
                writer.refused(),
                damagedBytes.get(),
                tornBytes,
                Optional.ofNullable(writer.problem()).map(Throwable::getMessage));
    }

    /**
     * Writes what was appended, completes all futures, and gives the folder free. What is not released stays for the next one that opens it. Waits
     * for a disk that hangs for ten seconds at most; then the folder stays taken while this process lives.
     */
    @Override
    public void close() {
        if (!writer.close(CLOSING)) {
            return;
        }
        try {
            folder.close();
        } catch (IOException e) {
            throw new JournalException(
                    Reason.FOLDER_UNUSABLE,
                    "The lock of the journal in " + folder.path() + " could not be given back: " + e,
                    "End the process before another one opens it",
                    e);
        }
    }

    private void requireOpen() {
        if (writer.isClosed()) {
            throw writer.closed();
        }
    }
}
