package org.olmo4j.spring.actuate;

import java.util.concurrent.Semaphore;
import org.olmo4j.spring.promptlog.admin.PromptLog;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;
import reactor.core.publisher.FluxSink;

/**
 * All of a user, line by line: read from the log in a thread of its own, as fast as lines are asked for, so that it needs no more memory than a few
 * records. That thread is never interrupted, since an interrupt closes the file of an H2 database under all others: it ends with the next line.
 */
final class PublishedExport {

    private static final Logger LOG = LoggerFactory.getLogger(PublishedExport.class);

    private final FluxSink<ExportLine> lines;

    /** Lines that were asked for; as good as endless where all were. */
    private final Semaphore wanted = new Semaphore(0);

    private PublishedExport(FluxSink<ExportLine> lines) {
        this.lines = lines;
    }

    static Flux<ExportLine> of(PromptLog log, String reader, String user) {
        return Flux.create(lines -> {
            PublishedExport export = new PublishedExport(lines);
            lines.onRequest(export::want);
            lines.onCancel(() -> export.want(1));
            Thread.ofVirtual().name("olmo-export").start(() -> export.write(log, reader, user));
        });
    }

    private void want(long count) {
        wanted.release((int) Math.min(count, Integer.MAX_VALUE / 2 - wanted.availablePermits()));
    }

    private void write(PromptLog log, String reader, String user) {
        try {
            log.export(reader, user, read -> {
                wanted.acquireUninterruptibly();
                if (lines.isCancelled()) {
                    throw new ClientGoneException();
                }
                lines.next(ExportLine.of(read));
            });
            lines.complete();
        } catch (ClientGoneException gone) {
            LOG.debug("The client of an export went away");
        } catch (RuntimeException | Error broken) {
            LOG.warn("An export broke off: {}", broken.toString());
            lines.error(broken);
        }
    }

    private static final class ClientGoneException extends RuntimeException {

        private static final long serialVersionUID = 1L;

        ClientGoneException() {
            super(null, null, false, false);
        }
    }
}
