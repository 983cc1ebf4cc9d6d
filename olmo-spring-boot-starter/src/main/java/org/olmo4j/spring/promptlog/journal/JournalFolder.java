package org.olmo4j.spring.promptlog.journal;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.olmo4j.spring.promptlog.file.PrivateFiles;
import org.olmo4j.spring.promptlog.journal.JournalException.Reason;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The files of a journal: its segments, named by number and marker; damaged ones that are kept; and a lock file, by which one process at a
 * time has the folder.
 */
final class JournalFolder implements Closeable {

    static final String DAMAGED = ".damaged";

    /** A segment that is written anew; nothing in it counts before it is renamed. */
    static final String REPLACEMENT = ".replacement";

    private static final Logger log = LoggerFactory.getLogger(JournalFolder.class);
    private static final String LOCK = "lock";
    private static final Pattern SEGMENT = Pattern.compile("([0-7][0-9a-f]{15})-([0-9a-f]{16})\\.journal");

    /** Markers must not be guessed by who writes prompts. */
    private final SecureRandom random = new SecureRandom();

    private final Path path;
    private final FileChannel lockFile;
    private final List<Path> unread = new ArrayList<>();
    private long lastNumber;

    /**
     * What an earlier process left.
     *
     * @param segments in order; without those in which no record is
     * @param damagedBytes in all of them
     * @param tornBytes in all of them
     */
    record Found(List<Segment> segments, long damagedBytes, long tornBytes) {}

    private JournalFolder(Path path, FileChannel lockFile) {
        this.path = path;
        this.lockFile = lockFile;
    }

    /** Makes the folder if need be, and takes it for this process. */
    static JournalFolder claim(Path path) {
        try {
            Path folder = PrivateFiles.createFolder(path);
            FileChannel lockFile = PrivateFiles.open(
                    folder.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
            boolean claimed = false;
            try {
                if (tryLock(lockFile) == null) {
                    throw inUse(path, ownerOf(lockFile));
                }
                writeOwner(lockFile);
                claimed = true;
                return new JournalFolder(folder, lockFile);
            } finally {
                if (!claimed) {
                    lockFile.close();
                }
            }
        } catch (IOException e) {
            throw unusable(path, e);
        }
    }

    private static @Nullable FileLock tryLock(FileChannel file) throws IOException {
        try {
            return file.tryLock();
        } catch (OverlappingFileLockException sameProcess) {
            return null;
        }
    }

    private static void writeOwner(FileChannel lockFile) throws IOException {
        lockFile.truncate(0);
        lockFile.write(
                ByteBuffer.wrap(Long.toString(ProcessHandle.current().pid()).getBytes(StandardCharsets.US_ASCII)));
    }

    private static String ownerOf(FileChannel lockFile) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(20);
        try {
            lockFile.read(bytes, 0);
        } catch (IOException e) {
            // Windows lets nobody read a locked file; then the process stays unknown.
            return "";
        }
        return new String(bytes.array(), 0, bytes.position(), StandardCharsets.US_ASCII);
    }

    private static JournalException inUse(Path path, String owner) {
        return new JournalException(
                Reason.FOLDER_IN_USE,
                "The journal in " + path + " belongs to another journal that is open"
                        + (owner.isEmpty() ? "" : ", of process " + owner),
                "Give each application a folder of its own, or stop the other one",
                null);
    }

    private static JournalException unusable(Path path, IOException cause) {
        return new JournalException(
                Reason.FOLDER_UNUSABLE,
                "The journal's folder " + path + " cannot be used: " + cause,
                "Name a folder on a local disk that this user may create, read and write",
                cause);
    }

    /** Reads all segments. What is not intact is skipped and counted; only a folder that cannot be listed is an error. */
    Found scan() {
        List<Segment> segments = new ArrayList<>();
        long damagedBytes = 0;
        long tornBytes = 0;
        for (Path file : list()) {
            Matcher name = SEGMENT.matcher(file.getFileName().toString());
            if (!name.matches()) {
                continue;
            }
            // Files that somebody copied may have the same number.
            lastNumber = Math.max(lastNumber + 1, Long.parseLong(name.group(1), 16));
            Frames frames = new Frames(HexFormat.fromHexDigitsToLong(name.group(2)));
            Frames.Scan scan;
            long bytes;
            try {
                ByteBuffer content = ByteBuffer.wrap(Files.readAllBytes(file));
                bytes = content.limit();
                scan = frames.scan(content);
            } catch (IOException | OutOfMemoryError e) {
                log.warn("The journal's file {} cannot be read; it is left for the next start", file, e);
                unread.add(file);
                continue;
            }
            damagedBytes += scan.damagedBytes();
            tornBytes += scan.tornBytes();
            if (scan.damagedBytes() > 0) {
                log.warn("{} bytes of the journal's file {} are damaged", scan.damagedBytes(), file);
            }
            segments.add(new Segment(lastNumber, file, frames, scan, bytes));
        }
        return new Found(segments, damagedBytes, tornBytes);
    }

    private List<Path> list() {
        try (Stream<Path> files = Files.list(path)) {
            List<Path> sorted = files.sorted().toList();
            for (Path file : sorted) {
                if (file.toString().endsWith(REPLACEMENT)) {
                    Files.delete(file);
                }
            }
            return sorted;
        } catch (IOException e) {
            throw unusable(path, e);
        }
    }

    /** Files that could not be read at the start, so that nobody knows what is in them. */
    List<Path> unread() {
        return unread;
    }

    Path path() {
        return path;
    }

    /** A segment that has no file yet. */
    Segment next() {
        lastNumber++;
        long marker = random.nextLong();
        HexFormat hex = HexFormat.of();
        Path file = path.resolve(hex.toHexDigits(lastNumber) + "-" + hex.toHexDigits(marker) + ".journal");
        return new Segment(lastNumber, file, new Frames(marker));
    }

    /** Deletes the file of a segment of which nothing is waited for, or keeps it aside if it is damaged. */
    void finish(Segment segment, long damagedCapacity) {
        synchronized (segment) {
            try {
                if (segment.isDamaged()) {
                    Path aside = segment.file.resolveSibling(segment.file.getFileName() + DAMAGED);
                    Files.move(segment.file, aside, StandardCopyOption.ATOMIC_MOVE);
                    log.warn(
                            "All intact records of a damaged file of the journal are in the database; it is kept as {}",
                            aside);
                    limitDamaged(damagedCapacity);
                } else {
                    Files.deleteIfExists(segment.file);
                }
            } catch (IOException e) {
                log.warn("The journal's file {} is done with, but cannot be removed", segment.file, e);
            }
        }
    }

    /** Deletes the oldest damaged files, until the others have no more bytes than this. */
    void limitDamaged(long bytes) throws IOException {
        List<Path> newestFirst;
        try (Stream<Path> files = Files.list(path)) {
            newestFirst = files.filter(file -> file.toString().endsWith(DAMAGED))
                    .sorted(Comparator.reverseOrder())
                    .toList();
        }
        long kept = 0;
        for (Path file : newestFirst) {
            kept += Files.size(file);
            if (kept > bytes) {
                Files.deleteIfExists(file);
            }
        }
    }

    /** Deletes damaged files that were last written before this. */
    void forgetDamaged(Instant before) throws IOException {
        try (Stream<Path> files = Files.list(path)) {
            for (Path file :
                    files.filter(file -> file.toString().endsWith(DAMAGED)).toList()) {
                if (Files.getLastModifiedTime(file).toInstant().isBefore(before)) {
                    Files.deleteIfExists(file);
                }
            }
        }
    }

    @Override
    public void close() throws IOException {
        lockFile.close();
    }
}
