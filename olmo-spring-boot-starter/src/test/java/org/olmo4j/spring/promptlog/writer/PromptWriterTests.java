package org.olmo4j.spring.promptlog.writer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.olmo4j.spring.promptlog.PromptEntries;
import org.olmo4j.spring.promptlog.PromptEntry;
import org.olmo4j.spring.promptlog.PromptEntryCodec;
import org.olmo4j.spring.promptlog.journal.Journal;
import org.olmo4j.spring.promptlog.journal.JournalException;
import org.olmo4j.spring.promptlog.journal.JournalOptions;
import org.olmo4j.spring.promptlog.store.ErasureResult;
import org.olmo4j.spring.promptlog.store.StoreException;
import org.olmo4j.spring.promptlog.store.StoreState;
import org.olmo4j.spring.promptlog.store.WriteResult;
import org.springframework.util.unit.DataSize;

/** A real journal, and a database that does as it is told. */
@Timeout(60)
class PromptWriterTests {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final WriterOptions QUICK =
            new WriterOptions(1_000, DataSize.ofMegabytes(1), 10, Duration.ofMillis(5), Duration.ofMillis(300));

    @TempDir
    private Path folder;

    private final PromptEntries entries = new PromptEntries(13);
    private final ScriptedDatabase database = new ScriptedDatabase();
    private final Set<String> forgotten = ConcurrentHashMap.newKeySet();
    private Journal journal;
    private DeadLetters deadLetters;
    private PromptWriter writer;

    /** Behaves like the real one as to what it keeps, and fails as told. */
    private static final class ScriptedDatabase implements LogDatabase {
        private final Map<UUID, PromptEntry> rows = new LinkedHashMap<>();
        private final Set<UUID> poison = new HashSet<>();
        private final Set<String> erased = new HashSet<>();
        private boolean down;
        private int interruptedMarks;
        private int largestBatch;

        @Override
        public synchronized WriteResult write(Collection<PromptEntry> batch) {
            requireUp();
            largestBatch = Math.max(largestBatch, batch.size());
            List<WriteResult.Refused> refused = new ArrayList<>();
            for (PromptEntry entry : batch) {
                UUID id = entry.record().id();
                if (poison.contains(id)) {
                    refused.add(new WriteResult.Refused(entry, "check violated (SQLSTATE 23514)"));
                } else if (!rows.containsKey(id)
                        || rows.get(id).record().outcome().status().givesWayToEnd()) {
                    rows.put(id, erased.contains(entry.record().caller().userKey()) ? entry.anonymous() : entry);
                }
            }
            return new WriteResult(refused, Set.of());
        }

        @Override
        public synchronized int markInterrupted() {
            requireUp();
            return ++interruptedMarks;
        }

        @Override
        public synchronized ErasureResult erase(Set<String> userKeys) {
            requireUp();
            erased.addAll(userKeys);
            rows.replaceAll(
                    (id, entry) -> userKeys.contains(entry.record().caller().userKey()) ? entry.anonymous() : entry);
            return new ErasureResult(0, 0, 0);
        }

        private void requireUp() {
            if (down) {
                throw new StoreException(StoreState.UNREACHABLE, "down", null);
            }
        }

        synchronized void setDown(boolean value) {
            down = value;
        }

        synchronized void setPoison(UUID id, boolean refuse) {
            if (refuse) {
                poison.add(id);
            } else {
                poison.remove(id);
            }
        }

        synchronized Map<UUID, PromptEntry> rows() {
            return Map.copyOf(rows);
        }

        synchronized int interruptedMarks() {
            return interruptedMarks;
        }
    }

    @BeforeEach
    void open() {
        open(QUICK, JournalOptions.DEFAULT);
    }

    private void open(WriterOptions options, JournalOptions journalOptions) {
        journal = Journal.open(folder.resolve("journal"), journalOptions);
        deadLetters = new DeadLetters(folder.resolve("dead-letters"), DataSize.ofKilobytes(64));
        writer = new PromptWriter(database, journal, deadLetters, options, forgotten::add);
    }

    @AfterEach
    void close() {
        writer.close();
        journal.close();
    }

    private List<PromptEntry> random(int count) {
        return Stream.generate(entries::ended).limit(count).toList();
    }

    private void record(Collection<PromptEntry> all) {
        all.stream()
                .map(writer::record)
                .toList()
                .forEach(stage -> stage.toCompletableFuture().join());
    }

    private void assertStored(Collection<PromptEntry> all) {
        Map<UUID, PromptEntry> rows = database.rows();
        assertThat(rows).hasSize(all.size());
        all.forEach(entry -> assertThat(rows.get(entry.record().id()).record()).isEqualTo(entry.record()));
    }

    @Test
    void bringsRecordsIntoTheDatabaseInBatchesAndEmptiesTheJournal() throws Exception {
        List<PromptEntry> all = random(250);
        record(all);
        assertThat(writer.flush(PATIENCE)).isTrue();
        assertStored(all);
        assertThat(database.largestBatch).isBetween(2, 10);
        LogStatus status = writer.status();
        assertThat(status.accepted()).isEqualTo(250);
        assertThat(status.stored()).isEqualTo(250);
        assertThat(status.waiting()).isZero();
        assertThat(status.journal().pendingRecords()).isZero();
        assertThat(status.isDegraded()).isFalse();
    }

    @Test
    void keepsAllWhileTheDatabaseIsDownAlsoWhatMemoryHasNoRoomFor() throws Exception {
        database.setDown(true);
        List<PromptEntry> all = random(3_000);
        record(all);
        LogStatus status = writer.status();
        assertThat(status.waiting()).isLessThanOrEqualTo(1_000);
        assertThat(status.waitingBytes())
                .isLessThanOrEqualTo(DataSize.ofMegabytes(1).toBytes());
        assertThat(status.journal().pendingRecords()).isEqualTo(3_000);
        assertThat(status.lost()).isZero();
        awaitProblem("down");
        assertThat(database.rows()).isEmpty();

        database.setDown(false);

        assertThat(writer.flush(PATIENCE)).isTrue();
        assertStored(all);
        assertThat(writer.status().isDegraded()).isFalse();
    }

    private void awaitProblem(String text) throws InterruptedException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (writer.status().problem().isEmpty() && System.nanoTime() < end) {
            TimeUnit.MILLISECONDS.sleep(5);
        }
        assertThat(writer.status().problem())
                .hasValueSatisfying(problem -> assertThat(problem).contains(text));
        assertThat(writer.status().isDegraded()).isTrue();
    }

    @Test
    void whatClosingLeavesIsThereForTheNextProcess() throws Exception {
        database.setDown(true);
        List<PromptEntry> all = random(100);
        record(all);
        close();
        database.setDown(false);

        open();

        assertThat(writer.flush(PATIENCE)).isTrue();
        assertStored(all);
    }

    @Test
    void closingWritesWhatWaits() {
        List<PromptEntry> all = random(100);
        record(all);
        close();
        assertStored(all);
        assertThat(journal.status().pendingRecords()).isZero();
    }

    @Test
    void marksWhatWasInterruptedOnceAndOnlyAfterTheJournalWasRead() throws Exception {
        assertThat(writer.flush(PATIENCE)).isTrue();
        close();
        int before = database.interruptedMarks();
        assertThat(before).isOne();
        database.setDown(true);
        open();
        List<PromptEntry> all = random(3);
        record(all);
        TimeUnit.MILLISECONDS.sleep(50);
        assertThat(database.interruptedMarks()).isEqualTo(before);

        database.setDown(false);

        assertThat(writer.flush(PATIENCE)).isTrue();
        assertThat(database.interruptedMarks()).isEqualTo(before + 1);
        assertStored(all);
    }

    @Test
    void keepsAsideWhatTheDatabaseRefusesAndTriesAgainInTheNextProcess() throws Exception {
        List<PromptEntry> all = random(50);
        UUID bad = all.get(7).record().id();
        database.setPoison(bad, true);
        record(all);
        assertThat(writer.flush(PATIENCE)).isTrue();

        assertThat(database.rows()).hasSize(49).doesNotContainKey(bad);
        assertThat(writer.status().deadLetters()).isOne();
        assertThat(writer.status().isDegraded()).isTrue();
        Path kept = folder.resolve("dead-letters").resolve(bad + ".entry");
        assertThat(new PromptEntryCodec().decode(Files.readAllBytes(kept)).record())
                .isEqualTo(all.get(7).record());
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(kept)))
                .isEqualTo("rw-------");
        assertThat(folder.resolve("dead-letters").resolve(bad + ".reason.txt"))
                .content()
                .contains("23514");

        close();
        open();
        assertThat(writer.flush(PATIENCE)).isTrue();
        assertThat(writer.status().deadLetters()).isOne();

        close();
        database.setPoison(bad, false);
        open();
        assertThat(writer.flush(PATIENCE)).isTrue();
        assertThat(writer.status().deadLetters()).isZero();
        assertStored(all);
        assertThat(folder.resolve("dead-letters")).isEmptyDirectory();
    }

    @Test
    void whatThereIsNoRoomForAsideIsCounted() throws Exception {
        List<PromptEntry> all = random(200);
        all.forEach(entry -> database.setPoison(entry.record().id(), true));
        record(all);
        assertThat(writer.flush(PATIENCE)).isTrue();
        LogStatus status = writer.status();
        assertThat(status.deadLetters()).isPositive();
        assertThat(status.deadLettersLost()).isPositive();
        assertThat(status.deadLetters() + status.deadLettersLost()).isEqualTo(200);
    }

    @Test
    void aRecordOfALaterReleaseIsKeptAsideAndBlocksNothing() throws Exception {
        close();
        try (Journal earlier = Journal.open(folder.resolve("journal"), JournalOptions.DEFAULT)) {
            earlier.append(new byte[] {99, 1, 2, 3}).join();
        }
        open();
        List<PromptEntry> all = random(20);
        record(all);
        assertThat(writer.flush(PATIENCE)).isTrue();
        assertStored(all);
        assertThat(writer.status().deadLetters()).isOne();
    }

    @Test
    void goesOnWithoutTheJournalAndCountsExactlyWhatIsLost() throws Exception {
        close();
        database.setDown(true);
        // Room in the journal for some, in memory for 100 more.
        WriterOptions small =
                new WriterOptions(100, DataSize.ofMegabytes(64), 10, Duration.ofMillis(5), Duration.ofMillis(100));
        open(
                small,
                new JournalOptions(
                        DataSize.ofKilobytes(8),
                        DataSize.ofKilobytes(16),
                        DataSize.ofMegabytes(64),
                        DataSize.ofKilobytes(0)));
        List<PromptEntry> all = random(400);
        int refused = 0;
        for (PromptEntry entry : all) {
            try {
                writer.record(entry).toCompletableFuture().join();
            } catch (CompletionException failure) {
                assertThat(failure.getCause()).isInstanceOf(JournalException.class);
                refused++;
            }
        }
        LogStatus down = writer.status();
        assertThat(refused).isPositive();
        assertThat(down.notJournaled()).isEqualTo(refused);
        assertThat(down.lost()).isPositive();
        assertThat(down.accepted()).isEqualTo(400);

        database.setDown(false);

        assertThat(writer.flush(PATIENCE)).isTrue();
        assertThat((long) database.rows().size())
                .isEqualTo(400 - writer.status().lost());
        assertThat(writer.status().isDegraded()).isTrue();
    }

    @Test
    void erasesWhatIsStillOnItsWay() throws Exception {
        PromptEntry refused = PromptEntries.of(entries.ended(), "ada");
        database.setPoison(refused.record().id(), true);
        record(List.of(refused));
        assertThat(writer.flush(PATIENCE)).isTrue();
        database.setDown(true);
        List<PromptEntry> hers = Stream.generate(() -> PromptEntries.of(entries.ended(), "ada"))
                .limit(30)
                .toList();
        List<PromptEntry> others = Stream.generate(() -> PromptEntries.of(entries.ended(), "ben"))
                .limit(30)
                .toList();
        record(hers);
        record(others);
        assertThat(readable()).contains("ada").contains("ben");
        assertThatExceptionOfType(StoreException.class).isThrownBy(() -> writer.erase(Set.of("ada")));
        database.setDown(false);

        writer.erase(Set.of("ada"));

        assertThat(forgotten).containsExactly("ada");
        assertThat(readable()).doesNotContain("\"ada\"");
        assertThat(writer.flush(PATIENCE)).isTrue();
        Map<UUID, PromptEntry> rows = database.rows();
        hers.forEach(entry -> assertThat(rows.get(entry.record().id()).record())
                .isEqualTo(entry.record().anonymous()));
        others.forEach(
                entry -> assertThat(rows.get(entry.record().id()).record()).isEqualTo(entry.record()));
        assertThat(writer.status().deadLetters()).isZero();
    }

    /** All bytes of all files. */
    private String readable() throws IOException {
        StringBuilder text = new StringBuilder();
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                text.append(Files.readString(file, StandardCharsets.ISO_8859_1));
            }
        }
        return text.toString();
    }
}
