package org.olmo4j.checkpoint;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/** Reads the data of a safetensors file in pieces, into the heap. Thread-safe. */
interface DataReader extends Closeable {

    /**
     * Reads a piece.
     *
     * @param position first byte, from the start of the data
     * @param target gets the bytes
     * @param count how many; all of them are there
     * @throws IOException if they cannot be read
     * @throws IllegalStateException if they were in memory that is freed by now
     */
    void read(long position, byte[] target, int count) throws IOException;

    @Override
    default void close() throws IOException {}

    /** Reads what was copied off the heap. */
    static DataReader of(MemorySegment data) {
        return (position, target, count) -> MemorySegment.copy(data, position, MemorySegment.ofArray(target), 0, count);
    }

    /**
     * Reads a file.
     *
     * @param channel closed with the reader
     * @param dataOffset where the data starts in the file
     */
    static DataReader of(FileChannel channel, long dataOffset) {
        return new DataReader() {
            @Override
            public void read(long position, byte[] target, int count) throws IOException {
                ByteBuffer buffer = ByteBuffer.wrap(target, 0, count);
                while (buffer.hasRemaining()) {
                    if (channel.read(buffer, dataOffset + position + buffer.position()) < 0) {
                        throw new EOFException("The file ends before byte " + (dataOffset + position + count));
                    }
                }
            }

            @Override
            public void close() throws IOException {
                channel.close();
            }
        };
    }
}
