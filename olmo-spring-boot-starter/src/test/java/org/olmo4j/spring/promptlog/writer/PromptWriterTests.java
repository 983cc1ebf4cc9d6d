package org.olmo4j.spring.promptlog.writer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.olmo4j.spring.promptlog.ContentState;
import org.olmo4j.spring.promptlog.PromptEntries;
import org.olmo4j.spring.promptlog.PromptEntry;
import org.olmo4j.spring.promptlog.PromptEntryCodec;
import org.olmo4j.spring.promptlog.encryption.ContentKey;
import org.olmo4j.spring.promptlog.journal.Journal;
import org.olmo4j.spring.promptlog.journal.JournalException;
import org.olmo4j.spring.promptlog.journal.JournalOptions;
import org.olmo4j.spring.promptlog.store.ErasedUsers;
import org.olmo4j.spring.promptlog.store.ErasureResult;
import org.olmo4j.spring.promptlog.store.Retention;
import org.olmo4j.spring.promptlog.store.StoreException;
import org.olmo4j.spring.promptlog.store.StoreState;
import org.olmo4j.spring.promptlog.store.WriteResult;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.util.unit.DataSize;

/** A real journal, and a database that does as it is told. */
@Timeout(60)
@ExtendWith(OutputCaptureExtension.class)
class PromptWriterTests {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final WriterOptions QUICK =
            new WriterOptions(1_000, DataSize.ofMegabytes(1), 10, Duration.ofMillis(5), Duration.ofMillis(300));

    private static final Instant ERASED = PromptEntries.NOON.plus(Duration.ofDays(1));

    @TempDir
    private Path folder;

    private final PromptEntries entries = new PromptEntries(13);
    private final ScriptedDatabase database = new ScriptedDatabase();
    private final List<Predicate<ContentKey>> forgotten = new CopyOnWriteArrayList<>();
    private Journal journal;
    private DeadLetters deadLetters;
    private PromptWriter writer;

    /** Behaves like the real one as to what it keeps, and fails as told. */
    private static final class ScriptedDatabase implements LogDatabase {
        private final Map<UUID, PromptEntry> rows = new LinkedHashMap<>();
        private final Set<UUID> poison = new HashSet<>();
        private final Map<String, Instant> marks = new HashMap<>();
        private Runnable beforeWrite = () -> {};
        private boolean down;
        private int interruptedMarks;
        private int largestBatch;

        @Override
        public synchronized WriteResult write(Collection<PromptEntry> batch) {
            requireUp();
            beforeWrite.run();
            largestBatch = Math.max(largestBatch, batch.size());
            List<WriteResult.Refused> refused = new ArrayList<>();
            for (PromptEntry entry : batch) {
                UUID id = entry.record().id();
                if (poison.contains(id)) {
                    refused.add(
                            new WriteResult.Refused(erased().allowed(entry), "a row breaks a rule (SQLSTATE 23514)"));
                } else if (!rows.containsKey(id)
                        || rows.get(id).record().outcome().status().givesWayToEnd()) {
                    rows.put(id, erased().allowed(entry));
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
            userKeys.forEach(user -> marks.put(PromptEntries.HASHES.of(user), ERASED));
            rows.replaceAll((id, entry) -> erased().allowed(entry));
            return new ErasureResult(0, 0, 0);
        }

        @Override
        public synchronized ErasedUsers erasedSince(Instant time) {
            requireUp();
            return erased().from(time);
        }

        private ErasedUsers erased() {
            return new ErasedUsers(PromptEntries.HASHES, marks);
        }

        synchronized void setBeforeWrite(Runnable action) {
            beforeWrite = action;
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
                        DataSize.ofKilobytes(0),
                        Duration.ofSeconds(10)));
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
    void textsGoBeforeRecordsWhenTheJournalGetsFullAndBothAreCounted() throws Exception {
        close();
        database.setDown(true);
        open(
                new WriterOptions(10, DataSize.ofMegabytes(64), 10, Duration.ofMillis(5), Duration.ofMillis(100)),
                new JournalOptions(
                        DataSize.ofKilobytes(64),
                        DataSize.ofKilobytes(256),
                        DataSize.ofMegabytes(64),
                        DataSize.ofKilobytes(0),
                        Duration.ofSeconds(10)));
        // Nine tenths hold about 20 of them; the rest of the journal is room for about as many records without text.
        List<PromptEntry> all = Stream.generate(() -> PromptEntries.withText(
                        PromptEntries.of(entries.ended(), "ada").record(), PromptEntries.key("ada"), "x".repeat(5_000)))
                .limit(100)
                .toList();
        int refused = 0;
        for (PromptEntry entry : all) {
            try {
                writer.record(entry).toCompletableFuture().join();
            } catch (CompletionException failure) {
                refused++;
            }
        }
        database.setDown(false);
        assertThat(writer.flush(PATIENCE)).isTrue();

        Map<UUID, PromptEntry> rows = database.rows();
        LogStatus status = writer.status();
        long withText =
                rows.values().stream().filter(entry -> entry.content() != null).count();
        long dropped = rows.values().stream()
                .filter(entry -> entry.record().contentState() == ContentState.DROPPED)
                .count();
        assertThat(status.notJournaled()).isEqualTo(refused).isPositive();
        assertThat(status.lost()).isPositive().isEqualTo(100 - rows.size());
        assertThat(status.droppedTexts()).isGreaterThan(10).isEqualTo(dropped);
        assertThat(withText).isGreaterThan(10).isEqualTo(rows.size() - dropped);
        assertThat(status.isDegraded()).isTrue();
    }

    @Test
    void anErrorOfALibraryEndsNothingAndIsTold() throws Exception {
        AtomicInteger failures = new AtomicInteger();
        AtomicBoolean broken = new AtomicBoolean(true);
        database.setBeforeWrite(() -> {
            if (broken.get()) {
                throw failures.getAndIncrement() % 2 == 0
                        ? new NoClassDefFoundError("secret prompt")
                        : new StackOverflowError("secret prompt");
            }
        });
        List<PromptEntry> all = random(30);
        record(all);
        awaitProblem("Error at ");
        assertThat(writer.status().problem().orElseThrow()).doesNotContain("secret");

        broken.set(false);

        assertThat(writer.flush(PATIENCE)).isTrue();
        assertStored(all);
        assertThat(writer.status().isDegraded()).isFalse();
    }

    @Test
    void anInterruptFromSomewhereEndsNothing() throws Exception {
        AtomicReference<Thread> thread = new AtomicReference<>();
        database.setBeforeWrite(() -> thread.set(Thread.currentThread()));
        record(random(1));
        assertThat(writer.flush(PATIENCE)).isTrue();

        thread.get().interrupt();
        record(random(1));

        assertThat(writer.flush(PATIENCE)).isTrue();
        assertThat(database.rows()).hasSize(2);
    }

    @Test
    void closingDoesNotWaitForADatabaseThatHangs() throws Exception {
        CountDownLatch hanging = new CountDownLatch(1);
        CountDownLatch over = new CountDownLatch(1);
        List<PromptEntry> all = random(3);
        database.setBeforeWrite(() -> {
            hanging.countDown();
            awaitUninterruptibly(over);
        });
        record(all);
        hanging.await();

        writer.close();

        assertThat(journal.status().pendingRecords()).isEqualTo(3);
        over.countDown();
        database.setBeforeWrite(() -> {});
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void healthDoesNotWaitForTheDatabaseWhileRefusedEntriesAreTriedAgain() throws Exception {
        PromptEntry bad = entries.ended();
        database.setPoison(bad.record().id(), true);
        record(List.of(bad));
        assertThat(writer.flush(PATIENCE)).isTrue();
        close();
        CountDownLatch hanging = new CountDownLatch(1);
        CountDownLatch over = new CountDownLatch(1);
        database.setBeforeWrite(() -> {
            hanging.countDown();
            awaitUninterruptibly(over);
        });
        open();
        hanging.await();

        assertThat(writer.status().deadLetters()).isOne();

        over.countDown();
        assertThat(writer.flush(PATIENCE)).isTrue();
    }

    @Test
    void whatAKilledProcessDidNotWriteToItsEndIsDeletedAtTheStart() throws Exception {
        Path part = folder.resolve("dead-letters").resolve("dead-letter-123.part");
        Files.createDirectories(part.getParent());
        Files.writeString(part, "text");
        close();
        open();
        assertThat(part).doesNotExist();
    }

    /** Of one user, with texts. */
    private List<PromptEntry> of(String user, int count) {
        return Stream.generate(() -> PromptEntries.withText(
                        PromptEntries.of(entries.ended(), user).record(), PromptEntries.key(user), "secret of " + user))
                .limit(count)
                .toList();
    }

    @Test
    void erasesWhatIsStillOnItsWay() throws Exception {
        PromptEntry refused = of("ada", 1).getFirst();
        database.setPoison(refused.record().id(), true);
        record(List.of(refused));
        assertThat(writer.flush(PATIENCE)).isTrue();
        database.setDown(true);
        List<PromptEntry> hers = of("ada", 30);
        List<PromptEntry> others = of("ben", 30);
        record(hers);
        record(others);
        assertThat(readable()).contains("\"ada\"", "secret of ada", "secret of ben");
        assertThatExceptionOfType(StoreException.class).isThrownBy(() -> writer.erase(Set.of("ada")));
        database.setDown(false);

        writer.erase(Set.of("ada"));

        assertThat(forgotten)
                .hasSize(1)
                .allMatch(unwanted -> unwanted.test(PromptEntries.key("ada")))
                .noneMatch(unwanted -> unwanted.test(PromptEntries.key("ben")));
        assertThat(readable()).doesNotContain("\"ada\"", "secret of ada");
        assertThat(writer.flush(PATIENCE)).isTrue();
        Map<UUID, PromptEntry> rows = database.rows();
        hers.forEach(entry -> assertThat(rows.get(entry.record().id()).record())
                .isEqualTo(entry.record().anonymous()));
        others.forEach(
                entry -> assertThat(rows.get(entry.record().id()).record()).isEqualTo(entry.record()));
        // What is left of what was refused is an anonymous account.
        assertThat(deadLetters.entry(refused.record().id().toString()).orElseThrow())
                .isEqualTo(refused.anonymous());
    }

    @Test
    void anErasureByAnotherInstanceReachesJournalAndDeadLettersHere() throws Exception {
        PromptEntry refused = of("ada", 1).getFirst();
        database.setPoison(refused.record().id(), true);
        record(List.of(refused));
        assertThat(writer.flush(PATIENCE)).isTrue();
        // The database fails here and not there, so that the journal keeps what it has.
        database.setBeforeWrite(() -> {
            throw new StoreException(StoreState.UNREACHABLE, "down", null);
        });
        record(of("ada", 10));
        record(of("ben", 10));
        assertThat(readable()).contains("secret of ada", "secret of ben");
        database.erase(Set.of("ada"));

        writer.applyErasures();

        assertThat(readable()).doesNotContain("\"ada\"", "secret of ada").contains("secret of ben");
        assertThat(forgotten).hasSize(1);
        assertThat(journal.status().pendingRecords()).isEqualTo(20);
        writer.applyErasures();
        assertThat(forgotten).hasSize(1);
        database.setBeforeWrite(() -> {});
        assertThat(writer.flush(PATIENCE)).isTrue();
        assertThat(database.rows()).hasSize(20);
    }

    @Test
    void aRequestThatEndsAfterItsUsersErasureLeavesNoTextInAnyFile() throws Exception {
        writer.erase(Set.of("ada"));
        database.setDown(true);
        List<PromptEntry> inFlight = of("ada", 5);
        PromptEntry afterwards = PromptEntries.withText(
                PromptEntries.of(entries.ended(ERASED.plusSeconds(1)), "ada").record(),
                PromptEntries.key("ada"),
                "encrypted with the old key");

        record(inFlight);
        record(List.of(afterwards));

        assertThat(readable()).doesNotContain("secret of ada", "encrypted with the old key");
        database.setDown(false);
        assertThat(writer.flush(PATIENCE)).isTrue();
        inFlight.forEach(
                entry -> assertThat(database.rows().get(entry.record().id()).record())
                        .isEqualTo(entry.record().anonymous()));
        assertThat(database.rows().get(afterwards.record().id()).record())
                .isEqualTo(afterwards.withoutContent(ContentState.DROPPED).record());
    }

    @Test
    void losesNoRecordThatComesWhileItsUserIsErased() throws Exception {
        database.setDown(true);
        List<PromptEntry> hers = of("ada", 400);
        Thread recording = Thread.ofPlatform().start(() -> hers.forEach(writer::record));
        database.setDown(false);
        database.setBeforeWrite(() -> {
            throw new StoreException(StoreState.UNREACHABLE, "down", null);
        });
        writer.erase(Set.of("ada"));
        recording.join();
        database.setBeforeWrite(() -> {});
        assertThat(writer.flush(PATIENCE)).isTrue();

        assertThat(database.rows()).hasSize(400);
        assertThat(readable()).doesNotContain("secret of ada");
    }

    @Test
    void whatIsRefusedWhileItsUserIsErasedIsKeptWithoutText() throws Exception {
        PromptEntry refused = of("ada", 1).getFirst();
        database.setPoison(refused.record().id(), true);
        database.setBeforeWrite(() -> database.erase(Set.of("ada")));

        record(List.of(refused));
        assertThat(writer.flush(PATIENCE)).isTrue();

        assertThat(writer.status().deadLetters()).isOne();
        writer.applyErasures();
        assertThat(readable()).doesNotContain("\"ada\"", "secret of ada");
    }

    @Test
    void anErasureKeepsWhatNobodyHereCanReadAndSaysSo(CapturedOutput output) throws Exception {
        close();
        try (Journal earlier = Journal.open(folder.resolve("journal"), JournalOptions.DEFAULT)) {
            earlier.append(new byte[] {99, 1, 2, 3}).join();
        }
        open();
        record(random(1));
        assertThat(writer.flush(PATIENCE)).isTrue();

        writer.erase(Set.of("ada"));

        assertThat(writer.status().deadLetters()).isOne();
        assertThat(output).contains("1 records in " + folder.resolve("dead-letters") + " are of a later release");
        Instant soon = Instant.now().plus(Duration.ofDays(29));
        writer.expire(new Retention(Duration.ofDays(30), null), soon);
        assertThat(writer.status().deadLetters()).isOne();
        writer.expire(new Retention(Duration.ofDays(30), null), soon.plus(Duration.ofDays(2)));
        assertThat(writer.status().deadLetters()).isZero();
    }

    @Test
    void whatWasRefusedIsKeptNoLongerThanWhatWasNot() throws Exception {
        PromptEntry refused = of("ada", 1).getFirst();
        Instant received = refused.record().times().received();
        database.setPoison(refused.record().id(), true);
        record(List.of(refused));
        assertThat(writer.flush(PATIENCE)).isTrue();
        Retention retention = new Retention(Duration.ofDays(10), Duration.ofDays(20));

        writer.expire(retention, received.plus(Duration.ofDays(9)));
        assertThat(readable(folder.resolve("dead-letters"))).contains("secret of ada");
        writer.expire(retention, received.plus(Duration.ofDays(11)));
        assertThat(readable(folder.resolve("dead-letters"))).doesNotContain("secret of ada");
        assertThat(deadLetters.entry(refused.record().id().toString()).orElseThrow())
                .isEqualTo(refused.withoutContent(ContentState.EXPIRED));
        writer.expire(retention, received.plus(Duration.ofDays(21)));
        assertThat(writer.status().deadLetters()).isZero();
        assertThat(folder.resolve("dead-letters")).isEmptyDirectory();
    }

    /** All bytes of all files. */
    private String readable() throws IOException {
        return readable(folder);
    }

    private static String readable(Path place) throws IOException {
        StringBuilder text = new StringBuilder();
        try (Stream<Path> files = Files.walk(place)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                text.append(Files.readString(file, StandardCharsets.ISO_8859_1));
            }
        }
        return text.toString();
    }
}
