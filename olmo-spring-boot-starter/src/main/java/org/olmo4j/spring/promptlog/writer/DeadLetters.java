package org.olmo4j.spring.promptlog.writer;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.olmo4j.spring.promptlog.ContentState;
import org.olmo4j.spring.promptlog.EntryFormatException;
import org.olmo4j.spring.promptlog.PromptEntry;
import org.olmo4j.spring.promptlog.PromptEntryCodec;
import org.olmo4j.spring.promptlog.file.PrivateFiles;
import org.springframework.util.unit.DataSize;

/**
 * Entries that the database refuses, each in a file of its own, encoded as in the journal, with the reason in a text file beside it. Bounded: what is
 * beyond is not kept. A folder belongs to one writer, as its journal does. Thread-safe; the count is told without asking the disk, which may hang.
 */
public final class DeadLetters {

    private static final String ENTRY = ".entry";
    private static final String REASON = ".reason.txt";

    private final Path folder;
    private final long mostBytes;
    private final PromptEntryCodec codec = new PromptEntryCodec();
    private long bytes;
    private final AtomicInteger count = new AtomicInteger();

    /**
     * Looks what is there, and deletes what an earlier process did not write to its end.
     *
     * @param folder made when it is needed; may be that of a journal
     * @param capacity most bytes
     */
    public DeadLetters(Path folder, DataSize capacity) {
        this.folder = folder;
        this.mostBytes = capacity.toBytes();
        for (Path part : files(PrivateFiles.PART)) {
            delete(part);
        }
        List<Path> entries = files(ENTRY);
        count.set(entries.size());
        bytes = entries.stream().mapToLong(DeadLetters::size).sum();
    }

    private List<Path> files(String end) {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(end)).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static long size(Path file) {
        try {
            return Files.size(file);
        } catch (NoSuchFileException none) {
            return 0;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    int count() {
        return count.get();
    }

    Path folder() {
        return folder;
    }

    /** What each is told apart by. */
    List<String> names() {
        return files(ENTRY).stream()
                .map(file -> file.getFileName().toString())
                .map(name -> name.substring(0, name.length() - ENTRY.length()))
                .toList();
    }

    /**
     * Keeps an entry.
     *
     * @param encoded the entry
     * @param name to be told apart by; the same again takes the place of the first
     * @param reason what the database said
     * @return false if there is no room for it
     * @throws IOException if the disk does not take it
     */
    synchronized boolean keep(byte[] encoded, String name, String reason) throws IOException {
        Path file = file(name);
        if (bytes - size(file) + encoded.length > mostBytes) {
            return false;
        }
        PrivateFiles.createFolder(folder);
        PrivateFiles.replace(folder.resolve(name + REASON), reason.getBytes(StandardCharsets.UTF_8));
        put(file, encoded);
        return true;
    }

    private void put(Path file, byte[] encoded) throws IOException {
        boolean isNew = !Files.exists(file);
        long before = size(file);
        PrivateFiles.replace(file, encoded);
        bytes += encoded.length - before;
        count.addAndGet(isNew ? 1 : 0);
    }

    private Path file(String name) {
        return folder.resolve(name + ENTRY);
    }

    /** Empty if it is gone, or not of a form that this release knows. */
    Optional<PromptEntry> entry(String name) {
        try {
            return Optional.of(codec.decode(Files.readAllBytes(file(name))));
        } catch (NoSuchFileException | EntryFormatException unreadable) {
            return Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    synchronized void delete(String name) {
        Path file = file(name);
        if (Files.exists(file)) {
            bytes -= size(file);
            delete(file);
            count.decrementAndGet();
        }
        delete(folder.resolve(name + REASON));
    }

    /**
     * Changes what is kept.
     *
     * @param change is given each entry; the same: it stays as it is
     * @return how many are not of a form that this release knows, and stay
     */
    int change(UnaryOperator<PromptEntry> change) {
        int unreadable = 0;
        for (String name : names()) {
            synchronized (this) {
                Optional<PromptEntry> kept = entry(name);
                unreadable += kept.isEmpty() && Files.exists(file(name)) ? 1 : 0;
                kept.ifPresent(entry -> change(name, entry, change.apply(entry)));
            }
        }
        return unreadable;
    }

    private void change(String name, PromptEntry kept, PromptEntry wanted) {
        if (!wanted.equals(kept)) {
            try {
                put(file(name), codec.encode(wanted));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** Takes the texts of what was received before; what cannot be read, and may have a text, goes if it was written before. */
    void expireTexts(Instant before) {
        change(entry -> isBefore(entry, before) ? entry.withoutContent(ContentState.EXPIRED) : entry);
        for (String name : names()) {
            synchronized (this) {
                if (entry(name).isEmpty() && lastWritten(file(name)).isBefore(before)) {
                    delete(name);
                }
            }
        }
    }

    void expireRecords(Instant before) {
        for (String name : names()) {
            if (entry(name).filter(entry -> isBefore(entry, before)).isPresent()) {
                delete(name);
            }
        }
    }

    private static boolean isBefore(PromptEntry entry, Instant time) {
        return entry.record().times().received().isBefore(time);
    }

    private static Instant lastWritten(Path file) {
        try {
            return Files.getLastModifiedTime(file).toInstant();
        } catch (NoSuchFileException gone) {
            return Instant.MAX;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
