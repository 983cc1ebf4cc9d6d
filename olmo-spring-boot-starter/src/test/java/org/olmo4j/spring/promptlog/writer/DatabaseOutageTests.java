package org.olmo4j.spring.promptlog.writer;

import static org.assertj.core.api.Assertions.assertThat;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.olmo4j.spring.promptlog.PromptEntries;
import org.olmo4j.spring.promptlog.PromptEntry;
import org.olmo4j.spring.promptlog.journal.Journal;
import org.olmo4j.spring.promptlog.journal.JournalOptions;
import org.olmo4j.spring.promptlog.store.PromptStore;
import org.olmo4j.spring.promptlog.store.StoreOptions;
import org.olmo4j.spring.promptlog.store.StoreState;
import org.springframework.util.unit.DataSize;

/** A PostgreSQL that cannot be reached for a while, at the start and later, behind a proxy that cuts its connections. */
class DatabaseOutageTests {

    private static final Duration PATIENCE = Duration.ofSeconds(90);

    @TempDir
    private Path folder;

    @Test
    @Timeout(300)
    void nothingIsLostWhileTheDatabaseIsAway() throws Exception {
        outage(Duration.ofSeconds(3));
    }

    @Test
    @Tag("long")
    void nothingIsLostInTenMinutes() throws Exception {
        outage(Duration.ofMinutes(10));
    }

    private void outage(Duration duration) throws Exception {
        PromptEntries entries = new PromptEntries(14);
        List<PromptEntry> all = new ArrayList<>();
        try (EmbeddedPostgres server = EmbeddedPostgres.start();
                CuttableProxy proxy = new CuttableProxy(server.getPort())) {
            proxy.cut();
            String url = "jdbc:postgresql://localhost:" + proxy.port() + "/postgres?user=postgres";
            try (PromptStore store = PromptStore.open(
                            StoreOptions.of(url, null, null), PromptEntries.HASHES, Clock.systemUTC());
                    Journal journal = Journal.open(folder, JournalOptions.DEFAULT);
                    PromptWriter writer = new PromptWriter(
                            store,
                            journal,
                            new DeadLetters(folder, DataSize.ofMegabytes(1)),
                            WriterOptions.DEFAULT,
                            "instance-1",
                            Instant.EPOCH,
                            user -> {})) {
                assertThat(store.awaitFirstAttempt(PATIENCE).state()).isEqualTo(StoreState.UNREACHABLE);
                record(writer, entries, all, Duration.ofMillis(500));
                assertThat(writer.status().stored()).isZero();

                proxy.mend();
                assertThat(writer.flush(PATIENCE)).isTrue();
                assertThat(Databases.rows(StoreOptions.of(url, null, null))).isEqualTo(all.size());

                proxy.cut();
                record(writer, entries, all, duration);
                assertThat(writer.status().isDegraded()).isTrue();
                assertThat(store.status().state()).isEqualTo(StoreState.UNREACHABLE);
                assertThat(writer.status().lost()).isZero();

                proxy.mend();
                assertThat(writer.flush(PATIENCE)).isTrue();
                assertThat(store.status().isUp()).isTrue();
                assertThat(Databases.rows(StoreOptions.of(url, null, null))).isEqualTo(all.size());
                for (PromptEntry entry : all) {
                    assertThat(store.entry(entry.record().id()).orElseThrow().record())
                            .isEqualTo(entry.record());
                }
                assertThat(writer.status().isDegraded()).isFalse();
            }
        }
    }

    /** Twenty in a second, each acknowledged by the journal. */
    private static void record(PromptWriter writer, PromptEntries entries, List<PromptEntry> all, Duration duration)
            throws InterruptedException {
        for (long left = duration.toMillis(); left > 0; left -= 50) {
            PromptEntry entry = entries.ended();
            all.add(entry);
            writer.record(entry).toCompletableFuture().join();
            TimeUnit.MILLISECONDS.sleep(50);
        }
    }
}
