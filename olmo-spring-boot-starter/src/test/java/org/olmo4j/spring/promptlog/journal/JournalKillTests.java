package org.olmo4j.spring.promptlog.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.olmo4j.spring.promptlog.journal.JournalException.Reason;

/** A process is killed while it appends, and the next one goes on. */
class JournalKillTests {

    @TempDir
    private Path folder;

    private final Set<Long> acknowledged = new TreeSet<>();
    private final Set<Long> released = new HashSet<>();
    private long last;

    private Process start() throws IOException {
        return new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        JournalingProcess.class.getName(),
                        folder.toString(),
                        Long.toString(last)))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    /** Kills it after so many records, and reads what it had told before. */
    private void killAfter(int records) throws IOException, InterruptedException {
        Process process = start();
        try (DataInputStream told = new DataInputStream(process.getInputStream())) {
            for (int i = 0; ; i++) {
                if (i == records) {
                    // SIGKILL. What it told before can still be read: Process.destroyForcibly would close that stream.
                    process.toHandle().destroyForcibly();
                }
                long number = told.readLong();
                if (number > 0) {
                    acknowledged.add(number);
                    last = Math.max(last, number);
                } else {
                    released.add(-number);
                }
            }
        } catch (EOFException killed) {
            process.waitFor();
        } finally {
            process.destroyForcibly();
        }
        // Numbers that it had given, but not told.
        last += 1_000;
    }

    private void killInRounds(int rounds) throws IOException, InterruptedException {
        Random random = new Random(13);
        for (int round = 0; round < rounds; round++) {
            int before = acknowledged.size();
            killAfter(random.nextInt(1, 2_000));
            assertThat(acknowledged).as("round %d", round).hasSizeGreaterThan(before);
            try (Journal journal = Journal.open(folder, JournalingProcess.OPTIONS)) {
                Set<Long> read = new HashSet<>();
                journal.forEachUnreleased(entry -> {
                    long number = JournalingProcess.number(entry.content());
                    assertThat(entry.content()).isEqualTo(JournalingProcess.content(number));
                    assertThat(read.add(number))
                            .as("record %d comes once", number)
                            .isTrue();
                });
                Set<Long> lost = new TreeSet<>(acknowledged);
                lost.removeAll(released);
                lost.removeAll(read);
                assertThat(lost).as("lost in round %d", round).isEmpty();
                assertThat(journal.status().damagedBytes()).isZero();
            }
        }
    }

    @Test
    @Timeout(120)
    void losesNoAcknowledgedRecordAndDoublesNone() throws IOException, InterruptedException {
        killInRounds(3);
    }

    @Test
    @Tag("long")
    void losesNoneInAHundredRounds() throws IOException, InterruptedException {
        killInRounds(100);
    }

    @Test
    @Timeout(120)
    void cannotBeOpenedWhileAnotherProcessHasIt() throws IOException, InterruptedException {
        Process process = start();
        try (DataInputStream told = new DataInputStream(process.getInputStream())) {
            told.readLong();

            assertThatExceptionOfType(JournalException.class)
                    .isThrownBy(() -> Journal.open(folder, JournalingProcess.OPTIONS))
                    .satisfies(e -> assertThat(e.reason()).isEqualTo(Reason.FOLDER_IN_USE))
                    .withMessageContainingAll(folder.toString(), "of process " + process.pid());
        } finally {
            process.destroyForcibly().waitFor();
        }
        Journal.open(folder, JournalingProcess.OPTIONS).close();
    }
}
