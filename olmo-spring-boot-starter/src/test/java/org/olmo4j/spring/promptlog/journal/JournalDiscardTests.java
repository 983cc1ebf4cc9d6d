package org.olmo4j.spring.promptlog.journal;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.olmo4j.spring.promptlog.journal.JournalTests.SMALL;
import static org.olmo4j.spring.promptlog.journal.JournalTests.append;
import static org.olmo4j.spring.promptlog.journal.JournalTests.files;
import static org.olmo4j.spring.promptlog.journal.JournalTests.unreleased;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.util.unit.DataSize;

/** Erasure: no file of the folder may hold a byte of what a user wrote. */
@Timeout(60)
class JournalDiscardTests {

    private static final String FILLER = "x".repeat(250);
    private static final Predicate<byte[]> OF_ADA = content -> new String(content, UTF_8).startsWith("ada");

    @TempDir
    private Path folder;

    /** Records of two users in turn, over several segments. */
    private static List<Position> fill(Journal journal) {
        List<Position> positions = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            positions.add(append(journal, (i % 2 == 0 ? "ada" : "bob") + i + FILLER));
        }
        return positions;
    }

    private static List<String> ofBob() {
        return IntStream.range(0, 30)
                .mapToObj(i -> "bob" + (2 * i + 1) + FILLER)
                .toList();
    }

    private static int discard(Journal journal) {
        return journal.rewrite(content -> OF_ADA.test(content) ? Optional.empty() : Optional.of(content));
    }

    private long filesWith(String text) throws IOException {
        long count = 0;
        for (Path file : files(folder, "")) {
            if (new String(Files.readAllBytes(file), ISO_8859_1).contains(text)) {
                count++;
            }
        }
        return count;
    }

    @Test
    void leavesNoByteOfDiscardedRecordsAndAllOfTheOthers() throws IOException {
        try (Journal journal = Journal.open(folder, SMALL)) {
            fill(journal);
            assertThat(filesWith("ada")).isEqualTo(4);

            assertThat(discard(journal)).isEqualTo(30);
            assertThat(filesWith("ada")).isZero();
            assertThat(unreleased(journal)).isEqualTo(ofBob());
            assertThat(journal.status().pendingRecords()).isEqualTo(30);
            assertThat(discard(journal)).isZero();
        }
        try (Journal journal = Journal.open(folder, SMALL)) {
            assertThat(unreleased(journal)).isEqualTo(ofBob());
            assertThat(journal.status().damagedBytes()).isZero();
        }
    }

    @Test
    void changesRecordsWhereTheyLie() throws IOException {
        try (Journal journal = Journal.open(folder, SMALL)) {
            List<Position> positions = fill(journal);
            List<String> before = unreleased(journal);

            int changed = journal.rewrite(content ->
                    Optional.of(OF_ADA.test(content) ? ("anonymous" + content[4]).getBytes(UTF_8) : content));

            assertThat(changed).isEqualTo(30);
            assertThat(filesWith("ada")).isZero();
            assertThat(unreleased(journal))
                    .isEqualTo(before.stream()
                            .map(text -> text.startsWith("ada") ? "anonymous" + (byte) text.charAt(4) : text)
                            .toList());
            positions.forEach(journal::release);
            assertThat(files(folder, ".journal")).isEmpty();
        }
    }

    @Test
    void whatIsDoneWithGoesAlsoWhenNothingMoreIsAppended() throws Exception {
        JournalOptions quick = new JournalOptions(
                SMALL.segmentSize(), SMALL.capacity(), SMALL.backlog(), SMALL.damagedCapacity(), Duration.ofMillis(20));
        try (Journal journal = Journal.open(folder, quick)) {
            Position hers = append(journal, "ada");
            Position waitedFor = append(journal, "bob");
            journal.release(hers);
            TimeUnit.MILLISECONDS.sleep(100);
            assertThat(filesWith("ada")).isOne();

            journal.release(waitedFor);

            while (!files(folder, ".journal").isEmpty()) {
                TimeUnit.MILLISECONDS.sleep(5);
            }
            assertThat(unreleased(journal)).isEmpty();
            append(journal, "cleo");
            assertThat(unreleased(journal)).containsExactly("cleo");
        }
    }

    @Test
    void damagedFilesAreForgottenByAge() throws IOException {
        Path old = folder.resolve("0000000000000001-0000000000000001.journal.damaged");
        Path recent = folder.resolve("0000000000000002-0000000000000002.journal.damaged");
        Instant now = Instant.now();
        for (Path file : List.of(old, recent)) {
            Files.writeString(file, "ada");
        }
        Files.setLastModifiedTime(old, FileTime.from(now.minus(Duration.ofDays(31))));
        try (Journal journal = Journal.open(folder, SMALL)) {
            journal.forgetDamaged(now.minus(Duration.ofDays(30)));
        }
        assertThat(old).doesNotExist();
        assertThat(recent).exists();
    }

    @Test
    void leavesPositionsOfTheOthersAsTheyWere() throws IOException {
        try (Journal journal = Journal.open(folder, SMALL)) {
            List<Position> positions = fill(journal);
            discard(journal);
            for (int i = 1; i < 60; i += 2) {
                assertThat(journal.status().pendingRecords()).isEqualTo(30 - i / 2);
                journal.release(positions.get(i));
                journal.release(positions.get(i - 1));
            }

            assertThat(files(folder, ".journal")).isEmpty();
        }
    }

    @Test
    void leavesNoByteOfReleasedRecordsEither() throws IOException {
        try (Journal journal = Journal.open(folder, SMALL)) {
            List<Position> positions = fill(journal);
            for (int i = 0; i < 60; i += 2) {
                journal.release(positions.get(i));
            }
            assertThat(filesWith("ada")).isPositive();

            assertThat(journal.rewrite(Optional::of)).isZero();
            assertThat(filesWith("ada")).isZero();
            assertThat(unreleased(journal)).isEqualTo(ofBob());
        }
    }

    @Test
    void leavesNoByteOfWhatIsTornOrDamaged() throws IOException {
        try (Journal journal = Journal.open(folder, SMALL)) {
            fill(journal);
        }
        List<Path> segments = files(folder, ".journal");
        // A record that was cut off, one with a changed byte, and all of a segment that was damaged and is done with.
        byte[] last = Files.readAllBytes(segments.getLast());
        Files.write(segments.getLast(), Arrays.copyOf(last, 200), StandardOpenOption.APPEND);
        byte[] first = Files.readAllBytes(segments.getFirst());
        first[20] ^= 1;
        Files.write(segments.getFirst(), first);
        byte[] second = Files.readAllBytes(segments.get(1));
        Arrays.fill(second, 0, 20, (byte) 7);
        Files.write(folder.resolve("0000000000000099-0000000000000099.journal.damaged"), second);
        try (Journal journal = Journal.open(folder, SMALL)) {
            discard(journal);

            assertThat(filesWith("ada")).isZero();
            assertThat(filesWith("adb")).isZero();
            assertThat(unreleased(journal)).isEqualTo(ofBob());
        }
    }

    @Test
    void losesNothingThatIsAppendedMeanwhile() throws InterruptedException {
        JournalOptions options = SMALL.withCapacity(DataSize.ofMegabytes(64));
        Set<String> durable = ConcurrentHashMap.newKeySet();
        try (Journal journal = Journal.open(folder, options)) {
            Thread appender = Thread.ofPlatform().start(() -> {
                for (int i = 0; i < 2_000; i++) {
                    String text = (i % 2 == 0 ? "ada" : "bob") + i + FILLER;
                    append(journal, text);
                    durable.add(text);
                }
            });
            while (appender.isAlive()) {
                discard(journal);
            }
            appender.join();
            discard(journal);
        }
        durable.removeIf(text -> text.startsWith("ada"));
        try (Journal journal = Journal.open(folder, options)) {
            assertThat(unreleased(journal)).hasSize(1_000).containsExactlyInAnyOrderElementsOf(durable);
        }
    }

    @Test
    void losesNothingWhenTheDiskIsFullAndCanBeRepeated() throws IOException {
        LimitedDisk disk = new LimitedDisk(folder);
        try (Journal journal = Journal.open(folder, SMALL, disk)) {
            fill(journal);
            List<String> before = unreleased(journal);
            disk.limit(0);

            assertThatThrownBy(() -> discard(journal))
                    .isInstanceOf(JournalException.class)
                    .hasMessageContaining("erase again");
            assertThat(unreleased(journal)).isEqualTo(before);
            disk.limit(Long.MAX_VALUE);
            assertThat(discard(journal)).isEqualTo(30);
            assertThat(filesWith("ada")).isZero();
            assertThat(files(folder, JournalFolder.REPLACEMENT)).isEmpty();
        }
    }

    @Test
    void forgetsAReplacementThatAProcessDiedOver() throws IOException {
        try (Journal journal = Journal.open(folder, SMALL)) {
            fill(journal);
        }
        Path segment = files(folder, ".journal").getFirst();
        Files.copy(segment, segment.resolveSibling(segment.getFileName() + JournalFolder.REPLACEMENT));
        try (Journal journal = Journal.open(folder, SMALL)) {
            assertThat(unreleased(journal)).hasSize(60);
        }
        assertThat(files(folder, JournalFolder.REPLACEMENT)).isEmpty();
    }
}
