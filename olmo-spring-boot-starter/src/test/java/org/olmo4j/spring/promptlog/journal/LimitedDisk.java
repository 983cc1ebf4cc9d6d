package org.olmo4j.spring.promptlog.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;

/** A disk on which the files of a folder may have so many bytes. A write that does not fit is cut off where the disk is full, as a kernel does it. */
final class LimitedDisk implements Disk {

    private final Disk disk = new LocalDisk();
    private final Path folder;
    private volatile long limit = Long.MAX_VALUE;
    private volatile boolean refusesForce;
    private volatile CountDownLatch answers = new CountDownLatch(0);

    LimitedDisk(Path folder) {
        this.folder = folder;
    }

    void limit(long bytes) {
        limit = bytes;
    }

    void refuseForce(boolean refuses) {
        refusesForce = refuses;
    }

    void hangUntil(CountDownLatch latch) {
        answers = latch;
    }

    private long room() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return limit
                    - files.filter(file -> file.toString().contains(".journal"))
                            .mapToLong(file -> file.toFile().length())
                            .sum();
        }
    }

    @Override
    public Output create(Path file) throws IOException {
        Output output = disk.create(file);
        return new Output() {
            @Override
            public void write(ByteBuffer bytes) throws IOException {
                await();
                long room = Math.max(0, room());
                if (room >= bytes.remaining()) {
                    output.write(bytes);
                    return;
                }
                output.write(bytes.slice(bytes.position(), (int) room));
                throw new IOException("No space left on device");
            }

            @Override
            public void force() throws IOException {
                if (refusesForce) {
                    throw new IOException("Input/output error");
                }
                output.force();
            }

            @Override
            public void truncate(long size) throws IOException {
                output.truncate(size);
            }

            @Override
            public void close() throws IOException {
                output.close();
            }
        };
    }

    private void await() throws IOException {
        try {
            answers.await();
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    @Override
    public void forceFolder(Path path) throws IOException {
        disk.forceFolder(path);
    }
}
