package org.olmo4j.spring.promptlog.writer;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.function.BiPredicate;
import java.util.stream.Stream;
import org.olmo4j.spring.promptlog.EntryFormatException;
import org.olmo4j.spring.promptlog.PromptEntry;
import org.olmo4j.spring.promptlog.PromptEntryCodec;
import org.springframework.util.unit.DataSize;

/**
 * Entries that the database refuses, each in a file of its own, encoded as in the journal, with the reason in a text file beside it. Bounded: what is
 * beyond is not kept. A folder belongs to one writer, as its journal does. Thread-safe.
 */
public final class DeadLetters {

    private static final String ENTRY = ".entry";
    private static final String REASON = ".reason.txt";

    private final Path folder;
    private final long mostBytes;
    private final PromptEntryCodec codec = new PromptEntryCodec();
    private long bytes;
    private long count;

    /**
     * Looks what is there.
     *
     * @param folder made when it is needed; may be that of a journal
     * @param capacity most bytes
     */
    public DeadLetters(Path folder, DataSize capacity) {
        this.folder = folder;
        this.mostBytes = capacity.toBytes();
        List<Path> files = files();
        count = files.size();
        bytes = files.stream().mapToLong(DeadLetters::size).sum();
    }

    private static long size(Path file) {
        try {
            return Files.size(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private List<Path> files() {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(ENTRY))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    synchronized long count() {
        return count;
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
        if (bytes + encoded.length > mostBytes) {
            return false;
        }
        Files.createDirectories(folder);
        write(folder.resolve(name + REASON), reason.getBytes(StandardCharsets.UTF_8));
        if (write(folder.resolve(name + ENTRY), encoded)) {
            count++;
            bytes += encoded.length;
        }
        return true;
    }

    /** True if it is a new file. */
    private boolean write(Path file, byte[] content) throws IOException {
        Path part = Files.createTempFile(folder, "dead-letter-", ".part", ownerOnly());
        try {
            try (FileChannel channel = FileChannel.open(part, StandardOpenOption.WRITE)) {
                ByteBuffer buffer = ByteBuffer.wrap(content);
                while (buffer.hasRemaining()) {
                    channel.write(buffer);
                }
                channel.force(true);
            }
            boolean isNew = !Files.exists(file);
            Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            return isNew;
        } finally {
            Files.deleteIfExists(part);
        }
    }

    private FileAttribute<?>[] ownerOnly() {
        return folder.getFileSystem().supportedFileAttributeViews().contains("posix")
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
                }
                : new FileAttribute<?>[0];
    }

    /**
     * Looks at each and deletes those that are not wanted any more.
     *
     * @param unwanted is given the entry, or none if the file cannot be read as one, and its name
     * @return how many were deleted
     */
    synchronized int deleteIf(BiPredicate<Optional<PromptEntry>, String> unwanted) {
        int deleted = 0;
        for (Path file : files()) {
            String fileName = String.valueOf(file.getFileName());
            String name = fileName.substring(0, fileName.length() - ENTRY.length());
            try {
                byte[] encoded = Files.readAllBytes(file);
                if (unwanted.test(decoded(encoded), name)) {
                    Files.delete(file);
                    Files.deleteIfExists(folder.resolve(name + REASON));
                    count--;
                    bytes -= encoded.length;
                    deleted++;
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return deleted;
    }

    private Optional<PromptEntry> decoded(byte[] encoded) {
        try {
            return Optional.of(codec.decode(encoded));
        } catch (EntryFormatException unknown) {
            return Optional.empty();
        }
    }
}
