package org.olmo4j.spring.promptlog.writer;

import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.olmo4j.spring.promptlog.PromptEntries;
import org.olmo4j.spring.promptlog.PromptEntry;
import org.olmo4j.spring.promptlog.journal.Journal;
import org.olmo4j.spring.promptlog.journal.JournalOptions;
import org.olmo4j.spring.promptlog.store.PromptStore;
import org.olmo4j.spring.promptlog.store.StoreOptions;
import org.springframework.util.unit.DataSize;

/** Logs generations until it is killed, and tells the number of each entry that was acknowledged: even for its begin, odd for its end. */
final class LoggingProcess {

    private static final int ENTRIES_UNDER_WAY = 64;

    private LoggingProcess() {}

    /** The generations of a process, in order, which the test can make again. */
    static PromptEntries generations(long seed) {
        return new PromptEntries(seed);
    }

    public static void main(String... arguments) throws IOException, InterruptedException {
        StoreOptions options = StoreOptions.of(arguments[0], null, null);
        Path folder = Path.of(arguments[1]);
        PromptEntries generations = generations(Long.parseLong(arguments[2]));
        DataOutputStream out = new DataOutputStream(System.out);
        PromptStore store = PromptStore.open(options, PromptEntries.HASHES, Clock.systemUTC());
        store.awaitUp(Duration.ofSeconds(60));
        PromptWriter writer = new PromptWriter(
                store,
                Journal.open(folder, JournalOptions.DEFAULT),
                new DeadLetters(folder, DataSize.ofMegabytes(1)),
                WriterOptions.DEFAULT,
                "instance-1",
                Instant.EPOCH,
                user -> {});
        Queue<CompletableFuture<?>> underWay = new ArrayDeque<>();
        for (int number = 0; ; number += 2) {
            PromptEntry end = generations.ended();
            underWay.add(told(writer, PromptEntries.running(end), number, out));
            underWay.add(told(writer, end, number + 1, out));
            while (underWay.size() > ENTRIES_UNDER_WAY) {
                underWay.remove().join();
            }
            // Not faster than the test reads, or it has told of thousands more when it is killed.
            TimeUnit.MILLISECONDS.sleep(1);
        }
    }

    private static CompletableFuture<?> told(PromptWriter writer, PromptEntry entry, int number, DataOutputStream out) {
        return writer.record(entry)
                .thenAccept(durable -> {
                    try {
                        synchronized (out) {
                            out.writeInt(number);
                            out.flush();
                        }
                    } catch (IOException e) {
                        throw new IllegalStateException(e);
                    }
                })
                .toCompletableFuture();
    }
}
