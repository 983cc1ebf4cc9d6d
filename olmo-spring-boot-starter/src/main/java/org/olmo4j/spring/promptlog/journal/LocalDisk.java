package org.olmo4j.spring.promptlog.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.olmo4j.spring.promptlog.file.PrivateFiles;

/** The file system. */
final class LocalDisk implements Disk {

    /** A channel copies what it is given into native memory, and keeps as much of that for the thread. */
    private static final int LARGEST_WRITE_BYTES = 256 * 1024;

    @Override
    public Output create(Path file) throws IOException {
        return new ChannelOutput(PrivateFiles.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE));
    }

    @Override
    public void forceFolder(Path folder) throws IOException {
        PrivateFiles.force(folder);
    }

    private record ChannelOutput(FileChannel channel) implements Output {

        @Override
        public void write(ByteBuffer bytes) throws IOException {
            int end = bytes.limit();
            while (bytes.position() < end) {
                bytes.limit(Math.min(end, bytes.position() + LARGEST_WRITE_BYTES));
                channel.write(bytes);
            }
        }

        @Override
        public void force() throws IOException {
            channel.force(false);
        }

        @Override
        public void truncate(long size) throws IOException {
            channel.truncate(size);
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }
}
