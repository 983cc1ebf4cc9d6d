package org.olmo4j.backend.cpu.energy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/** A small file whose text the kernel makes anew at each reading. Not thread-safe. */
interface CounterFile extends AutoCloseable {

    /**
     * Reads it.
     *
     * @return its beginning, up to 4 kB
     */
    String read() throws IOException;

    @Override
    default void close() {}

    /** Stays open between readings, which saves most of their cost; opened again after a failure. */
    final class Kept implements CounterFile {

        private static final int BYTES = 4096;

        private final Path path;
        private final ByteBuffer buffer = ByteBuffer.allocateDirect(BYTES);
        private @Nullable FileChannel channel;

        Kept(Path path) {
            this.path = path;
        }

        @Override
        public String read() throws IOException {
            try {
                FileChannel open = channel;
                if (open == null) {
                    open = FileChannel.open(path, StandardOpenOption.READ);
                    channel = open;
                }
                buffer.clear();
                open.read(buffer, 0);
                return StandardCharsets.US_ASCII.decode(buffer.flip()).toString();
            } catch (IOException failure) {
                close();
                throw failure;
            }
        }

        @Override
        public void close() {
            FileChannel open = channel;
            channel = null;
            if (open != null) {
                try {
                    open.close();
                } catch (IOException ignored) { // NOPMD: nothing was written, and it is gone either way
                }
            }
        }
    }
}
