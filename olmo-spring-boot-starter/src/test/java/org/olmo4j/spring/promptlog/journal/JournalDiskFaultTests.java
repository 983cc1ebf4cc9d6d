package org.olmo4j.spring.promptlog.journal;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.olmo4j.spring.promptlog.journal.JournalTests.append;
import static org.olmo4j.spring.promptlog.journal.JournalTests.files;
import static org.olmo4j.spring.promptlog.journal.JournalTests.unreleased;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.olmo4j.spring.promptlog.journal.JournalException.Reason;
import org.springframework.util.unit.DataSize;

@Timeout(60)
class JournalDiskFaultTests {

    private static final JournalOptions OPTIONS = new JournalOptions(
            DataSize.ofKilobytes(4),
            DataSize.ofMegabytes(1),
            DataSize.ofKilobytes(64),
            DataSize.ofKilobytes(64),
            Duration.ofSeconds(10));

    @TempDir
    private Path folder;

    private static boolean isDurable(CompletableFuture<Position> append) {
        try {
            append.join();
            return true;
        } catch (CompletionException e) {
            assertThat(e).hasCauseInstanceOf(JournalException.class);
            assertThat(((JournalException) e.getCause()).reason()).isEqualTo(Reason.DISK);
            return false;
        }
    }

    @Test
    void countsExactlyWhatAFullDiskRefuses() {
        LimitedDisk disk = new LimitedDisk(folder);
        disk.limit(10_000);
        try (Journal journal = Journal.open(folder, OPTIONS, disk)) {
            int durable = 0;
            for (int i = 0; i < 100; i++) {
                durable += isDurable(journal.append(new byte[200])) ? 1 : 0;
            }

            // 10,000 bytes hold 46 records of 216.
            assertThat(durable).isEqualTo(46);
            assertThat(journal.status().appended()).isEqualTo(46);
            assertThat(journal.status().refused()).isEqualTo(54);
            assertThat(journal.status().problem())
                    .hasValueSatisfying(
                            problem -> assertThat(problem).contains("No space left", folder.toString(), "Make room"));
            assertThat(unreleased(journal)).hasSize(46);
        }
    }

    @RepeatedTest(20)
    void goesOnByItselfAndKeepsWhatItAcknowledged(RepetitionInfo repetition) throws IOException {
        Random random = new Random(repetition.getCurrentRepetition());
        LimitedDisk disk = new LimitedDisk(folder);
        List<String> durable = new ArrayList<>();
        int refused = 0;
        try (Journal journal = Journal.open(folder, OPTIONS, disk)) {
            for (int round = 0; round < 3; round++) {
                disk.limit(journal.status().bytes() + random.nextInt(6_000));
                refused += appendSome(journal, random, durable);
                disk.limit(Long.MAX_VALUE);
                refused += appendSome(journal, random, durable);
                disk.refuseForce(true);
                refused += appendSome(journal, random, durable);
                disk.refuseForce(false);
            }
            append(journal, "at last");
            durable.add("at last");

            assertThat(journal.status().problem()).isEmpty();
            assertThat(journal.status().appended()).isEqualTo(durable.size());
            assertThat(journal.status().refused()).isEqualTo(refused);
            assertThat(unreleased(journal)).isEqualTo(durable);
        }
        try (Journal journal = Journal.open(folder, OPTIONS)) {
            assertThat(unreleased(journal)).isEqualTo(durable);
            assertThat(journal.status().damagedBytes()).isZero();
            assertThat(journal.status().tornBytes()).isZero();
            journal.forEachUnreleased(entry -> journal.release(entry.position()));
        }
        assertThat(files(folder, "")).hasSize(1);
    }

    /** Some at once, so that they come in groups. */
    private static int appendSome(Journal journal, Random random, List<String> durable) {
        List<String> texts = new ArrayList<>();
        List<CompletableFuture<Position>> appends = new ArrayList<>();
        for (int i = random.nextInt(1, 30); i > 0; i--) {
            String text = random.nextInt() + "x".repeat(random.nextInt(400));
            texts.add(text);
            appends.add(journal.append(text.getBytes(UTF_8)));
        }
        int refused = 0;
        for (int i = 0; i < texts.size(); i++) {
            if (isDurable(appends.get(i))) {
                durable.add(texts.get(i));
            } else {
                refused++;
            }
        }
        return refused;
    }

    @Test
    void tellsItsStatusAndRefusesABacklogWhileTheDiskHangs() {
        LimitedDisk disk = new LimitedDisk(folder);
        CountDownLatch answers = new CountDownLatch(1);
        disk.hangUntil(answers);
        List<CompletableFuture<Position>> appends = new ArrayList<>();
        try (Journal journal = Journal.open(folder, OPTIONS, disk)) {
            // 64 KB hold 303 records of 216 bytes.
            for (int i = 0; i < 310; i++) {
                appends.add(journal.append(new byte[200]));
            }

            assertThat(journal.status().refused()).isEqualTo(7);
            assertThat(journal.status().problem())
                    .hasValueSatisfying(problem -> assertThat(problem).contains("does not keep up"));
            assertThat(journal.status().appended()).isZero();
            answers.countDown();
            appends.subList(0, 303).forEach(CompletableFuture::join);
            assertThat(unreleased(journal)).hasSize(303);
        }
    }
}
