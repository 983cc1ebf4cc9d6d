package org.olmo4j.checkpoint;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.olmo4j.error.ModelFormatException;

/**
 * One safetensors file: its validated header and its data, mapped read-only or, where there is no path, copied off-heap. The data lives as
 * long as the arena.
 */
final class SafetensorsFile {

    private static final int COPY_BYTES = 1 << 16;
    /** So that copied tensors start where vector loads are fastest. */
    private static final int ALIGNMENT = 64;

    private final String name;
    private final SafetensorsHeader header;
    private final MemorySegment data;
    private final @Nullable Path path;
    private final @Nullable BasicFileAttributes attributes;

    private SafetensorsFile(
            String name,
            SafetensorsHeader header,
            MemorySegment data,
            @Nullable Path path,
            @Nullable BasicFileAttributes attributes) {
        this.name = name;
        this.header = header;
        this.data = data;
        this.path = path;
        this.attributes = attributes;
    }

    /**
     * Maps a file.
     *
     * @param path where it is
     * @param arena what unmaps it
     * @param digest fed with the header, and with the file's size and time of modification
     * @throws IOException if it cannot be read
     * @throws ModelFormatException if it breaks a rule of the format
     */
    static SafetensorsFile map(Path path, Arena arena, MessageDigest digest) throws IOException {
        // Before the file is opened: if another one takes its place meanwhile, the later comparison fails.
        BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class);
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            SafetensorsHeader header =
                    SafetensorsHeader.read(Channels.newInputStream(channel), path.toString(), digest, channel.size());
            Fingerprint.add(digest, header.dataOffset() + header.dataBytes());
            Fingerprint.add(digest, attributes.lastModifiedTime().toMillis());
            MemorySegment data =
                    channel.map(FileChannel.MapMode.READ_ONLY, header.dataOffset(), header.dataBytes(), arena);
            return new SafetensorsFile(path.toString(), header, data, path, attributes);
        }
    }

    /**
     * Copies a file off the heap.
     *
     * @param input its content, of unknown length
     * @param name what to call it in messages
     * @param arena what frees it
     * @param digest fed with the whole content
     * @param mostBytes how much data may be copied
     * @throws IOException if it cannot be read
     * @throws ModelFormatException if it breaks a rule of the format or has more data than allowed
     */
    static SafetensorsFile copy(InputStream input, String name, Arena arena, MessageDigest digest, long mostBytes)
            throws IOException {
        SafetensorsHeader header = SafetensorsHeader.read(input, name, digest, -1);
        if (header.dataBytes() > mostBytes) {
            throw new ModelFormatException(
                    name + " has " + header.dataBytes() + " bytes of weights, and " + mostBytes
                            + " more may be copied from the class path",
                    "Put the model into a folder, where it is mapped instead of copied");
        }
        MemorySegment data = arena.allocate(header.dataBytes(), ALIGNMENT);
        byte[] buffer = new byte[COPY_BYTES];
        long position = 0;
        while (true) {
            int read = input.read(buffer);
            if (read < 0) {
                break;
            }
            if (read > header.dataBytes() - position) {
                throw wrongLength(name, header, "more");
            }
            digest.update(buffer, 0, read);
            MemorySegment.copy(MemorySegment.ofArray(buffer), 0, data, position, read);
            position += read;
        }
        if (position != header.dataBytes()) {
            throw wrongLength(name, header, "only " + (header.dataOffset() + position));
        }
        return new SafetensorsFile(name, header, data.asReadOnly(), null, null);
    }

    private static ModelFormatException wrongLength(String name, SafetensorsHeader header, String found) {
        return new ModelFormatException(
                name + ": its header describes " + (header.dataOffset() + header.dataBytes()) + " bytes, but it has "
                        + found,
                "Build the application with the whole file");
    }

    String name() {
        return name;
    }

    SafetensorsHeader header() {
        return header;
    }

    /**
     * The bytes of a tensor, without a copy.
     *
     * @param entry an entry of this file's header
     */
    MemorySegment data(SafetensorsHeader.Entry entry) {
        return data.asSlice(entry.begin(), entry.end() - entry.begin());
    }

    /**
     * Opens the data for reading beside its mapping.
     *
     * @throws IOException if the file cannot be opened any more
     */
    @SuppressWarnings("MustBeClosedChecker") // The reader closes the channel.
    DataReader reader() throws IOException {
        return path == null
                ? DataReader.of(data)
                : DataReader.of(FileChannel.open(path, StandardOpenOption.READ), header.dataOffset());
    }

    /**
     * Adds what tells this file from others without reading it: its real path, size and time. Nothing for one that was copied.
     *
     * @throws IOException if it is not there any more
     */
    void addIdentity(MessageDigest digest) throws IOException {
        if (path != null && attributes != null) {
            Fingerprint.add(digest, path.toRealPath().toString());
            Fingerprint.add(digest, attributes.size());
            Fingerprint.add(digest, attributes.lastModifiedTime().to(TimeUnit.NANOSECONDS));
        }
    }

    /** Whether it was last written before some time; true for one that was copied. */
    boolean modifiedBefore(Instant time) {
        return attributes == null || attributes.lastModifiedTime().toInstant().isBefore(time);
    }

    /**
     * Looks whether the file on disk still is the one that was mapped. A mapped file that shrinks makes later reads fail hard.
     *
     * @throws IOException if it cannot be looked at
     * @throws ModelFormatException if it was changed or replaced
     */
    void requireUnchanged() throws IOException {
        if (path == null || attributes == null) {
            return;
        }
        BasicFileAttributes now = Files.readAttributes(path, BasicFileAttributes.class);
        Optional<String> change = Optional.empty();
        if (now.size() != header.dataOffset() + header.dataBytes()) {
            change = Optional.of("its size is " + now.size() + " instead of "
                    + (header.dataOffset() + header.dataBytes()) + " bytes");
        } else if (!now.lastModifiedTime().equals(attributes.lastModifiedTime())) {
            change = Optional.of("it was written at " + now.lastModifiedTime());
        } else if (!Objects.equals(now.fileKey(), attributes.fileKey())) {
            change = Optional.of("another file took its place");
        }
        if (change.isPresent()) {
            throw new ModelFormatException(
                    name + " changed since it was opened: " + change.get(),
                    "Wait until the download or copy is complete, then load the model again");
        }
    }
}
