package org.olmo4j.spring.promptlog.writer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.olmo4j.spring.promptlog.PromptEntries;
import org.olmo4j.spring.promptlog.PromptEntry;
import org.olmo4j.spring.promptlog.PromptStatus;
import org.olmo4j.spring.promptlog.journal.Journal;
import org.olmo4j.spring.promptlog.journal.JournalOptions;
import org.olmo4j.spring.promptlog.store.PromptStore;
import org.olmo4j.spring.promptlog.store.StoreOptions;
import org.springframework.util.unit.DataSize;

/** A process is killed (SIGKILL) while it logs; the next one brings everything that was acknowledged into the database, once. */
abstract class AbstractKillTests {

    private static final Duration PATIENCE = Duration.ofSeconds(120);

    @TempDir
    Path folder;

    abstract StoreOptions database();

    @Test
    @Timeout(300)
    void losesNoAcknowledgedRecordAndDoublesNone() throws Exception {
        killInRounds(2);
    }

    @Test
    @Tag("long")
    void losesNoneInAHundredRounds() throws Exception {
        killInRounds(100);
    }

    private void killInRounds(int rounds) throws Exception {
        Random random = new Random(13);
        long rows = 0;
        for (int round = 0; round < rounds; round++) {
            Set<Integer> acknowledged = killAfter(round, random.nextInt(50, 1_000));
            assertThat(acknowledged).isNotEmpty();
            rows = check(round, acknowledged, rows);
        }
    }

    private Set<Integer> killAfter(long seed, int entries) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-Dlogback.configurationFile=" + getClass().getResource("/quiet-logback.xml"),
                        "-cp",
                        System.getProperty("java.class.path"),
                        LoggingProcess.class.getName(),
                        database().url(),
                        folder.resolve("journal").toString(),
                        Long.toString(seed)))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        Set<Integer> acknowledged = new HashSet<>();
        try (DataInputStream told = new DataInputStream(process.getInputStream())) {
            while (true) {
                if (acknowledged.size() == entries) {
                    // What it told before can still be read: Process.destroyForcibly would close that stream.
                    process.toHandle().destroyForcibly();
                }
                acknowledged.add(told.readInt());
            }
        } catch (EOFException killed) {
            process.waitFor();
        } finally {
            process.destroyForcibly();
        }
        return acknowledged;
    }

    private long check(long seed, Set<Integer> acknowledged, long rowsBefore) throws Exception {
        try (PromptStore store = PromptStore.open(database(), PromptEntries.HASHES, Clock.systemUTC());
                Journal journal = Journal.open(folder.resolve("journal"), JournalOptions.DEFAULT)) {
            assertThat(store.awaitUp(PATIENCE).isUp()).isTrue();
            try (PromptWriter writer = new PromptWriter(
                    store,
                    journal,
                    new DeadLetters(folder.resolve("journal"), DataSize.ofMegabytes(1)),
                    WriterOptions.DEFAULT,
                    "instance-1",
                    // All that the killed process was asked is before that.
                    Instant.parse("2030-01-01T00:00:00Z"),
                    user -> {})) {
                assertThat(writer.flush(PATIENCE)).isTrue();
                assertThat(writer.status().isDegraded()).isFalse();
            }
            int last = acknowledged.stream().mapToInt(Integer::intValue).max().orElseThrow();
            PromptEntries generations = LoggingProcess.generations(seed);
            Map<Integer, PromptEntry> lost = new HashMap<>();
            // A few that were not acknowledged may be there as well.
            int present = 0;
            for (int number = 0; number <= last + 500; number += 2) {
                PromptEntry end = generations.ended();
                Optional<PromptEntry> found = store.entry(end.record().id());
                present += found.isPresent() ? 1 : 0;
                if (acknowledged.contains(number + 1)
                        && !found.map(PromptEntry::record).equals(Optional.of(end.record()))) {
                    lost.put(number + 1, end);
                }
                if (acknowledged.contains(number) && found.isEmpty()) {
                    lost.put(number, end);
                }
                found.ifPresent(entry -> assertThat(entry.record().outcome().status())
                        .isIn(end.record().outcome().status(), PromptStatus.INTERRUPTED));
            }
            assertThat(lost).as("lost in round %d", seed).isEmpty();
            long rows = Databases.rows(database());
            assertThat(rows).as("rows after round %d", seed).isEqualTo(rowsBefore + present);
            return rows;
        }
    }
}
