package org.olmo4j.spring.actuate;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;
import org.olmo4j.spring.promptlog.admin.PromptLog;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.io.AbstractResource;
import tools.jackson.databind.json.JsonMapper;

/**
 * All of a user as JSON Lines, read from the log while it is written to the client, so that it needs no more memory than a few records. If the
 * database goes away on the way, the stream breaks off, and the client sees that.
 */
final class PromptExport extends AbstractResource {

    private static final Logger LOG = LoggerFactory.getLogger(PromptExport.class);
    private static final int BUFFER_BYTES = 65_536;

    private final PromptLog prompts;
    private final String reader;
    private final String user;
    private final JsonMapper json = JsonMapper.shared();

    PromptExport(PromptLog prompts, String reader, String user) {
        this.prompts = prompts;
        this.reader = reader;
        this.user = user;
    }

    @Override
    public InputStream getInputStream() throws IOException {
        Pipe pipe = new Pipe();
        Thread.ofVirtual().name("olmo-export").start(() -> write(pipe));
        return pipe;
    }

    private void write(Pipe pipe) {
        try (OutputStream lines = new BufferedOutputStream(pipe.end, BUFFER_BYTES)) {
            try {
                prompts.export(reader, user, read -> writeLine(lines, read));
            } catch (RuntimeException e) {
                // Before the end of the stream, which the client would take for the end of the export.
                pipe.failure = new IOException("The export broke off", e);
                LOG.warn("An export broke off: {}", e.toString());
            }
        } catch (IOException gone) {
            LOG.debug("The client of an export went away: {}", gone.toString());
        }
    }

    private void writeLine(OutputStream lines, PromptLog.ReadRecord read) {
        try {
            lines.write(json.writeValueAsBytes(ExportLine.of(read)));
            lines.write('\n');
        } catch (IOException gone) {
            throw new UncheckedIOException(gone);
        }
    }

    /** Not known before it is written. */
    @Override
    public long contentLength() {
        return -1;
    }

    @Override
    public String getDescription() {
        return "export of the prompt log";
    }

    /** Ends with the writer's failure, if there was one. */
    private static final class Pipe extends PipedInputStream {

        private final PipedOutputStream end;
        private volatile @Nullable IOException failure;

        Pipe() throws IOException {
            super(BUFFER_BYTES);
            end = new PipedOutputStream(this);
        }

        @Override
        public synchronized int read() throws IOException {
            return checked(super.read());
        }

        @Override
        public synchronized int read(byte[] into, int offset, int length) throws IOException {
            return checked(super.read(into, offset, length));
        }

        private int checked(int read) throws IOException {
            IOException broken = failure;
            if (read < 0 && broken != null) {
                throw broken;
            }
            return read;
        }
    }
}
