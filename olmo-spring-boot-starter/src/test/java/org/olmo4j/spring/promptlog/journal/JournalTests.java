package org.olmo4j.spring.promptlog.journal;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.olmo4j.spring.promptlog.journal.JournalException.Reason;
import org.springframework.util.unit.DataSize;

@Timeout(60)
class JournalTests {

    /** Small segments, so that a few records fill one. */
    static final JournalOptions SMALL = new JournalOptions(
            DataSize.ofKilobytes(4),
            DataSize.ofKilobytes(64),
            DataSize.ofKilobytes(64),
            DataSize.ofKilobytes(64),
            Duration.ofSeconds(10));

    @TempDir
    private Path temporary;

    private Path folder;

    @BeforeEach
    void nameFolder() {
        folder = temporary.resolve("logs/journal");
    }

    static Position append(Journal journal, String content) {
        return journal.append(content.getBytes(UTF_8)).join();
    }

    static List<String> unreleased(Journal journal) {
        List<String> contents = new ArrayList<>();
        journal.forEachUnreleased(entry -> contents.add(new String(entry.content(), UTF_8)));
        return contents;
    }

    static List<Path> files(Path folder, String ending) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(ending))
                    .sorted()
                    .toList();
        }
    }

    private static String text(int number, int length) {
        return "%06d".formatted(number).repeat(length / 6 + 1).substring(0, length);
    }

    private static List<String> texts(int from, int to, int length) {
        return IntStream.range(from, to).mapToObj(i -> text(i, length)).toList();
    }

    private static Reason reasonOf(CompletableFuture<Position> append) {
        try {
            append.join();
            throw new AssertionError("The record was not refused");
        } catch (CompletionException e) {
            assertThat(e).hasCauseInstanceOf(JournalException.class);
            return ((JournalException) e.getCause()).reason();
        }
    }

    @Test
    void keepsRecordsInTheirOrderUntilTheyAreReleased() {
        try (Journal journal = Journal.open(folder, SMALL)) {
            List<Position> positions = new ArrayList<>();
            for (String text : texts(0, 100, 300)) {
                positions.add(append(journal, text));
            }

            assertThat(positions).isSorted().doesNotHaveDuplicates();
            assertThat(unreleased(journal)).isEqualTo(texts(0, 100, 300));
            positions.subList(0, 40).forEach(journal::release);
            assertThat(unreleased(journal)).isEqualTo(texts(40, 100, 300));
            assertThat(journal.status().pendingRecords()).isEqualTo(60);
        }
    }

    @Test
    void givesTheNextProcessWhatWasNotReleasedBeforeItsOwnRecords() {
        try (Journal journal = Journal.open(folder, SMALL)) {
            texts(0, 50, 300).forEach(text -> append(journal, text));
        }
        try (Journal journal = Journal.open(folder, SMALL)) {
            texts(50, 60, 300).forEach(text -> append(journal, text));

            assertThat(unreleased(journal)).isEqualTo(texts(0, 60, 300));
            assertThat(journal.status().damagedBytes()).isZero();
            assertThat(journal.status().tornBytes()).isZero();
        }
    }

    @Test
    void storesEmptyRecordsAndSuchThatAreLargerThanASegment() {
        String large = text(7, 20_000);
        try (Journal journal = Journal.open(folder, SMALL)) {
            append(journal, "");
            append(journal, large);
            append(journal, "after");
        }
        try (Journal journal = Journal.open(folder, SMALL)) {
            assertThat(unreleased(journal)).containsExactly("", large, "after");
        }
    }

    @Test
    void deletesASegmentWhenAllInItIsReleased() throws IOException {
        try (Journal journal = Journal.open(folder, SMALL)) {
            List<Position> positions = new ArrayList<>();
            // 16 bytes of header each: 13 records in a segment of 4,096 bytes, so 4 segments.
            for (String text : texts(0, 50, 284)) {
                positions.add(append(journal, text));
            }
            assertThat(files(folder, ".journal")).hasSize(4);

            positions.subList(0, 12).forEach(journal::release);
            assertThat(files(folder, ".journal")).hasSize(4);
            journal.release(positions.get(12));
            assertThat(files(folder, ".journal")).hasSize(3);
            assertThat(journal.status().bytes()).isEqualTo((50 - 13) * 300);
        }
    }

    @Test
    void takesNoHarmFromASecondRelease() throws IOException {
        try (Journal journal = Journal.open(folder, SMALL)) {
            List<Position> positions = new ArrayList<>();
            for (String text : texts(0, 14, 284)) {
                positions.add(append(journal, text));
            }
            for (int i = 0; i < 20; i++) {
                journal.release(positions.getFirst());
            }

            assertThat(unreleased(journal)).isEqualTo(texts(1, 14, 284));
            positions.subList(0, 13).forEach(journal::release);
            journal.release(positions.getFirst());
            journal.release(new Position(999, 0));
            journal.release(new Position(positions.getLast().segment(), 17));
            assertThat(unreleased(journal)).isEqualTo(texts(13, 14, 284));
        }
    }

    @Test
    void leavesNoFileOfRecordsWhenAllIsReleasedAndItIsClosed() throws IOException {
        try (Journal journal = Journal.open(folder, SMALL)) {
            journal.release(append(journal, "a secret"));
        }

        assertThat(files(folder, ""))
                .extracting(file -> file.getFileName().toString())
                .containsExactly("lock");
    }

    @Test
    void dropsTheCurrentSegmentWhenMuchInItAndAllIsReleased() throws IOException {
        try (Journal journal = Journal.open(folder, SMALL)) {
            Position first = append(journal, text(1, 300));
            journal.release(first);
            Position second = append(journal, text(2, 300));

            assertThat(second.segment()).isGreaterThan(first.segment());
            assertThat(files(folder, ".journal")).hasSize(1);
        }
    }

    @Test
    void refusesAndCountsWhatGoesBeyondItsCapacityUntilThereIsRoom() {
        try (Journal journal = Journal.open(folder, SMALL.withCapacity(DataSize.ofKilobytes(8)))) {
            List<Position> positions = new ArrayList<>();
            // 27 records of 300 bytes are 8,100 of 8,192 bytes.
            for (String text : texts(0, 27, 284)) {
                positions.add(append(journal, text));
            }

            assertThat(reasonOf(journal.append(new byte[284]))).isEqualTo(Reason.CAPACITY);
            assertThat(reasonOf(journal.append(new byte[284]))).isEqualTo(Reason.CAPACITY);
            assertThat(journal.status().refused()).isEqualTo(2);
            assertThat(journal.status().problem())
                    .hasValueSatisfying(
                            problem -> assertThat(problem).contains("8192", folder.toString(), "raise the capacity"));
            append(journal, text(27, 50));

            positions.subList(0, 13).forEach(journal::release);
            assertThat(journal.status().problem()).isEmpty();
            append(journal, text(28, 284));
            assertThat(journal.status().appended()).isEqualTo(29);
            assertThat(journal.status().refused()).isEqualTo(2);
        }
    }

    @Test
    void isOpenOnceOnAFolder() {
        try (Journal _ = Journal.open(folder, SMALL)) {
            assertThatExceptionOfType(JournalException.class)
                    .isThrownBy(() -> Journal.open(folder, SMALL))
                    .satisfies(e -> assertThat(e.reason()).isEqualTo(Reason.FOLDER_IN_USE))
                    .withMessageContainingAll(
                            folder.toString(),
                            "of process " + ProcessHandle.current().pid(),
                            "a folder of its own");
        }
        assertThatCode(() -> Journal.open(folder, SMALL).close()).doesNotThrowAnyException();
    }

    @Test
    void saysWhichFolderCannotBeUsed() throws IOException {
        Path file = Files.writeString(temporary.resolve("file"), "in the way");

        assertThatExceptionOfType(JournalException.class)
                .isThrownBy(() -> Journal.open(file.resolve("journal"), SMALL))
                .satisfies(e -> assertThat(e.reason()).isEqualTo(Reason.FOLDER_UNUSABLE))
                .withMessageContainingAll(file.toString(), "may create, read and write");
    }

    @Test
    void letsNobodyElseReadItsFiles() throws IOException {
        assumeThat(FileSystems.getDefault().supportedFileAttributeViews())
                .as("POSIX permissions")
                .contains("posix");
        try (Journal journal = Journal.open(folder, SMALL)) {
            append(journal, "a secret");

            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder)))
                    .isEqualTo("rwx------");
            assertThat(files(folder, ""))
                    .hasSize(2)
                    .allSatisfy(file -> assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                            .isEqualTo("rw-------"));
        }
    }

    @Test
    void completesEveryAppendWhenItIsClosedAndRefusesLaterOnes() {
        Journal journal = Journal.open(folder, SMALL.withCapacity(DataSize.ofMegabytes(1)));
        List<CompletableFuture<Position>> appends = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            appends.add(journal.append(new byte[10]));
        }
        journal.close();

        assertThat(appends).allSatisfy(append -> assertThat(append).isCompleted());
        assertThat(reasonOf(journal.append(new byte[10]))).isEqualTo(Reason.CLOSED);
        assertThatThrownBy(() -> journal.forEachUnreleased(entry -> {})).hasMessageContaining("is closed");
        assertThatThrownBy(() -> journal.rewrite(content -> Optional.empty())).hasMessageContaining("is closed");
        journal.close();
    }

    @Test
    void storesWhatManyThreadsAppendEachInItsOrder() throws InterruptedException {
        int threads = 8;
        int each = 500;
        try (Journal journal = Journal.open(folder, JournalOptions.DEFAULT)) {
            List<Thread> appenders = new ArrayList<>();
            List<CompletableFuture<Position>> appends = Collections.synchronizedList(new ArrayList<>());
            for (int thread = 0; thread < threads; thread++) {
                int number = thread;
                appenders.add(Thread.startVirtualThread(() -> {
                    for (int i = 0; i < each; i++) {
                        appends.add(journal.append((number + ":" + i).getBytes(UTF_8)));
                    }
                }));
            }
            for (Thread appender : appenders) {
                appender.join();
            }
            assertThat(appends.stream().map(CompletableFuture::join).distinct()).hasSize(threads * each);

            List<String> stored = unreleased(journal);
            for (int thread = 0; thread < threads; thread++) {
                String prefix = thread + ":";
                assertThat(stored.stream().filter(text -> text.startsWith(prefix)))
                        .isEqualTo(IntStream.range(0, each)
                                .mapToObj(i -> prefix + i)
                                .toList());
            }
            assertThat(stored).hasSize(threads * each);
        }
    }

    @Test
    void letsWhoeverWaitsAppendFromItsCallback() throws ExecutionException, InterruptedException {
        try (Journal journal = Journal.open(folder, SMALL)) {
            CompletableFuture<Position> second = journal.append(new byte[1])
                    .thenApply(first -> journal.append(new byte[2]).join());

            assertThat(second.orTimeout(30, TimeUnit.SECONDS).get()).isNotNull();
        }
    }

    @Test
    void letsAConsumerReleaseAndEndTheReading() {
        try (Journal journal = Journal.open(folder, SMALL)) {
            texts(0, 30, 284).forEach(text -> append(journal, text));
            IllegalStateException databaseIsDown = new IllegalStateException("down again");
            List<Position> taken = new ArrayList<>();

            assertThatThrownBy(() -> journal.forEachUnreleased(entry -> {
                        if (taken.size() == 20) {
                            throw databaseIsDown;
                        }
                        taken.add(entry.position());
                        journal.release(entry.position());
                    }))
                    .isSameAs(databaseIsDown);
            assertThat(unreleased(journal)).isEqualTo(texts(20, 30, 284));
        }
    }

    @Test
    void ignoresFilesThatAreNotItsOwn() throws IOException {
        Files.createDirectories(folder);
        Files.writeString(folder.resolve("readme.journal"), "not ours");
        try (Journal journal = Journal.open(folder, SMALL)) {
            assertThat(journal.status().segments()).isZero();
            assertThat(journal.status().damagedBytes()).isZero();
        }
        assertThat(folder.resolve("readme.journal")).exists();
    }
}
