package org.olmo4j.spring.promptlog.journal;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/** What is asked of a disk to write segments, so that tests can have one that is full. */
interface Disk {

    /** Creates a file that only this user can read. */
    Output create(Path file) throws IOException;

    /** Returns when the names in a folder are durable. */
    void forceFolder(Path folder) throws IOException;

    /** A file that is being written. */
    interface Output extends Closeable {

        /** Writes all of it, to the end of the file. */
        void write(ByteBuffer bytes) throws IOException;

        /** Returns when what was written is durable. */
        void force() throws IOException;

        /** Cuts the file off. */
        void truncate(long size) throws IOException;
    }
}
