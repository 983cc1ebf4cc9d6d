package org.olmo4j.backend.cpu;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.zip.CRC32C;
import org.olmo4j.error.ModelFormatException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A file of converted matrices, so that the next load maps them instead of converting. Its name and its header say what it was made of; every
 * matrix has a checksum. A file that does not fit or is damaged is ignored with a warning, and replaced.
 *
 * <p>Big-endian header: magic number, version, length of the key, key in UTF-8, number of matrices, the length and CRC-32C of each, CRC-32C of all
 * of that. The matrices follow, each at a multiple of {@link #PAGE}.
 *
 * <p>A file is written under another name and moved to its own when it is complete. It is not forced to the disk: after a power cut the checksums
 * tell.
 */
final class WeightFile {

    private static final Logger LOG = LoggerFactory.getLogger(WeightFile.class);

    /** Also of the formats that the matrices are in, and of how weights are rounded to them. */
    private static final int VERSION = 1;

    private static final long MAGIC = 0x4F4C4D4F_57454947L;
    private static final int PAGE = 4096;
    private static final long CHECKED_AT_ONCE = 1L << 30;

    private static final String DRAFT_SUFFIX = ".part";

    /** No conversion takes that long. */
    private static final Duration ABANDONED_AFTER = Duration.ofDays(1);

    private final Path folder;
    private final Path file;
    private final byte[] key;
    private final long[] lengths;

    /**
     * Names a file, which may be there or not.
     *
     * @param folder where it is
     * @param fingerprint of the checkpoint, and what else tells it from others
     * @param plan name of the formats
     * @param lengths of the matrices in order, in bytes
     */
    WeightFile(Path folder, String fingerprint, String plan, List<Long> lengths) {
        this.folder = folder;
        this.file = folder.resolve(fingerprint.substring(0, Math.min(16, fingerprint.length())) + "-"
                + plan.replace('/', '-') + "-v" + VERSION + ".weights");
        this.key = (fingerprint + " " + plan).getBytes(StandardCharsets.UTF_8);
        this.lengths = lengths.stream().mapToLong(Long::longValue).toArray();
    }

    private int headerBytes() {
        return 8 + 4 + 4 + key.length + 4 + lengths.length * (8 + 4) + 4;
    }

    private long offset(int matrix) {
        long offset = padded(headerBytes());
        for (int i = 0; i < matrix; i++) {
            offset += padded(lengths[i]);
        }
        return offset;
    }

    private static long padded(long bytes) {
        return (bytes + PAGE - 1) / PAGE * PAGE;
    }

    private MemorySegment matrix(MemorySegment content, int matrix) {
        return content.asSlice(offset(matrix), lengths[matrix]);
    }

    /**
     * Maps the file and checks it, which reads all of it once.
     *
     * @param arena what unmaps it
     * @param pool whose threads check it
     * @return the matrices in order; empty if there is no such file, or if it is not what it should be
     */
    Optional<List<MemorySegment>> read(Arena arena, ComputePool pool) {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            if (channel.size() != offset(lengths.length)) {
                return damaged("its size is " + channel.size() + " instead of " + offset(lengths.length) + " bytes");
            }
            MemorySegment content = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
            ByteBuffer header = content.asSlice(0, headerBytes()).asByteBuffer();
            int[] checksums = new int[lengths.length];
            if (!header(checksums, header)) {
                return damaged("its header is not that of these weights");
            }
            boolean[] whole = new boolean[lengths.length];
            pool.run(
                    lengths.length,
                    (kernels, matrix) -> whole[matrix] = checksum(matrix(content, matrix)) == checksums[matrix]);
            for (int matrix = 0; matrix < whole.length; matrix++) {
                if (!whole[matrix]) {
                    return damaged("the checksum of its matrix " + matrix + " is wrong");
                }
            }
            return Optional.of(matrices(content));
        } catch (NoSuchFileException absent) {
            return Optional.empty();
        } catch (IOException | InternalError e) {
            // An InternalError is the JVM's answer to a page that cannot be read.
            return damaged("it cannot be read (" + e + ")");
        }
    }

    private Optional<List<MemorySegment>> damaged(String reason) {
        LOG.warn("Converted weights {} are ignored and made anew: {}", file, reason);
        return Optional.empty();
    }

    private List<MemorySegment> matrices(MemorySegment content) {
        return IntStream.range(0, lengths.length)
                .mapToObj(matrix -> matrix(content, matrix))
                .toList();
    }

    /** Reads the checksums; false if the header is not the one that belongs here. */
    private boolean header(int[] checksums, ByteBuffer header) {
        int first = headerBytes() - 4 - lengths.length * (8 + 4);
        for (int matrix = 0; matrix < lengths.length; matrix++) {
            checksums[matrix] = header.getInt(first + matrix * (8 + 4) + 8);
        }
        return header(checksums).equals(header);
    }

    private ByteBuffer header(int[] checksums) {
        ByteBuffer header = ByteBuffer.allocate(headerBytes())
                .putLong(MAGIC)
                .putInt(VERSION)
                .putInt(key.length)
                .put(key)
                .putInt(lengths.length);
        for (int matrix = 0; matrix < lengths.length; matrix++) {
            header.putLong(lengths[matrix]).putInt(checksums[matrix]);
        }
        CRC32C checksum = new CRC32C();
        checksum.update(header.array(), 0, header.position());
        return header.putInt((int) checksum.getValue()).flip();
    }

    private static int checksum(MemorySegment matrix) {
        CRC32C checksum = new CRC32C();
        for (long start = 0; start < matrix.byteSize(); start += CHECKED_AT_ONCE) {
            long length = Math.min(CHECKED_AT_ONCE, matrix.byteSize() - start);
            checksum.update(matrix.asSlice(start, length).asByteBuffer());
        }
        return (int) checksum.getValue();
    }

    /** A file that is being written. */
    private final class Draft implements WeightMemory {

        private final Path path;
        private final MemorySegment content;
        private int next;

        private Draft(Path path, MemorySegment content) {
            this.path = path;
            this.content = content;
        }

        @Override
        public MemorySegment allocate(long bytes) {
            if (bytes != lengths[next]) {
                throw new IllegalStateException("Matrix " + next + " has " + bytes + " bytes, not " + lengths[next]);
            }
            return matrix(content, next++);
        }

        /** Completes the file and gives it its name. The matrices stay mapped whether that works or not. */
        void complete(ComputePool pool) {
            int[] checksums = new int[lengths.length];
            pool.run(lengths.length, (kernels, matrix) -> checksums[matrix] = checksum(matrix(content, matrix)));
            content.asSlice(0, headerBytes()).copyFrom(MemorySegment.ofBuffer(header(checksums)));
            try {
                Files.move(path, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
                LOG.info("Converted weights are kept in {} ({} MiB)", file, content.byteSize() >> 20);
            } catch (IOException e) {
                LOG.warn("Converted weights are not kept: {} cannot be moved to {} ({})", path, file, e.toString());
                delete(path);
            }
        }
    }

    /**
     * Writes the file while the weights are converted into it, and keeps it mapped.
     *
     * @param arena what unmaps it
     * @param pool whose threads compute the checksums
     * @param conversion converts the weights into memory of the file
     * @return the matrices; empty if the file cannot be written, which is logged: convert into other memory then
     * @throws ModelFormatException if a weight cannot be held in its format
     */
    <T> Optional<T> write(Arena arena, ComputePool pool, Function<WeightMemory, T> conversion) {
        Optional<Draft> draft = draft(arena);
        if (draft.isEmpty()) {
            return Optional.empty();
        }
        boolean complete = false;
        try {
            T matrices = conversion.apply(draft.get());
            draft.get().complete(pool);
            complete = true;
            return Optional.of(matrices);
        } catch (InternalError e) {
            return fault(e);
        } catch (ModelFormatException e) {
            if (e.getCause() instanceof InternalError) {
                return fault(e);
            }
            throw e;
        } finally {
            if (!complete) {
                delete(draft.get().path);
            }
        }
    }

    /** A page that cannot be written, on a full disk, or one of the checkpoint that cannot be read: the next conversion tells, without this file. */
    private <T> Optional<T> fault(Throwable fault) {
        LOG.warn("Converted weights are not kept: {} cannot be written ({})", file, fault.toString());
        return Optional.empty();
    }

    private static void delete(Path path) {
        try {
            Files.deleteIfExists(path);
        } catch (IOException e) {
            LOG.warn("The unfinished file {} cannot be removed ({})", path, e.toString());
        }
    }

    /** Removes what processes left behind that ended while they converted. */
    private void deleteAbandoned() throws IOException {
        Instant limit = Instant.now().minus(ABANDONED_AFTER);
        try (DirectoryStream<Path> drafts =
                Files.newDirectoryStream(folder, file.getFileName() + ".*" + DRAFT_SUFFIX)) {
            for (Path path : drafts) {
                if (Files.getLastModifiedTime(path).toInstant().isBefore(limit)) {
                    delete(path);
                }
            }
        }
    }

    /**
     * Begins to write the file.
     *
     * @param arena what unmaps it
     * @return the draft; empty if it cannot be written here, which is logged
     */
    private Optional<Draft> draft(Arena arena) {
        try {
            Files.createDirectories(folder);
            deleteAbandoned();
            long free = Files.getFileStore(folder).getUsableSpace();
            long bytes = offset(lengths.length);
            if (free < bytes) {
                // A mapped file that finds its disk full fails hard.
                LOG.warn(
                        "Converted weights are not kept: {} needs {} MiB, and {} has {}",
                        file,
                        bytes >> 20,
                        folder,
                        free >> 20);
                return Optional.empty();
            }
            Path path = Files.createTempFile(folder, file.getFileName() + ".", DRAFT_SUFFIX);
            try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
                return Optional.of(new Draft(path, channel.map(FileChannel.MapMode.READ_WRITE, 0, bytes, arena)));
            } catch (IOException e) {
                Files.delete(path);
                throw e;
            }
        } catch (IOException e) {
            LOG.warn("Converted weights are not kept: {} cannot be written ({})", file, e.toString());
            return Optional.empty();
        }
    }
}
