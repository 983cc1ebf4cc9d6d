package org.olmo4j.spring.promptlog.writer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.olmo4j.spring.promptlog.PromptEntries;
import org.olmo4j.spring.promptlog.PromptEntry;
import org.olmo4j.spring.promptlog.journal.Journal;
import org.olmo4j.spring.promptlog.journal.JournalException;
import org.olmo4j.spring.promptlog.journal.JournalOptions;
import org.olmo4j.spring.promptlog.store.PromptStore;
import org.olmo4j.spring.promptlog.store.StoreOptions;
import org.springframework.util.unit.DataSize;

/** A disk without room for an H2 file: generations go on, what is lost is counted exactly, and all goes on by itself when there is room again. */
@Timeout(300)
class FullDiskTests {

    private static final Duration PATIENCE = Duration.ofSeconds(120);

    private final PromptEntries entries = new PromptEntries(16);

    @TempDir
    private Path folder;

    /** Takes the room, and gives it back. */
    private interface Room {
        void take() throws IOException;

        void giveBack() throws IOException;
    }

    /** H2 is told that the disk is full; the journal has another one. */
    @Test
    void aDatabaseFileThatCannotGrow() throws Exception {
        LimitedFilePath.install();
        Room room = new Room() {
            @Override
            public void take() {
                LimitedFilePath.limit(0);
            }

            @Override
            public void giveBack() {
                LimitedFilePath.limit(Long.MAX_VALUE);
            }
        };
        try {
            rounds(3, StoreOptions.of("jdbc:h2:limited:" + folder.resolve("prompts"), null, null), room);
        } finally {
            room.giveBack();
        }
    }

    /** Journal and database on one file system of 64 MB, which is really full. */
    @Test
    @Tag("long")
    @Timeout(1_800)
    void aFileSystemThatIsFull() throws Exception {
        boolean mounted = run("mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", folder.toString()) == 0;
        assumeThat(mounted).as("Needs Linux, and the right to mount").isTrue();
        Path ballast = folder.resolve("ballast");
        try {
            rounds(20, StoreOptions.h2(folder.resolve("prompts")), new Room() {
                @Override
                public void take() throws IOException {
                    byte[] block = new byte[4096];
                    try (OutputStream out = Files.newOutputStream(ballast)) {
                        while (true) {
                            out.write(block);
                        }
                    } catch (IOException full) {
                        assertThat(full).hasMessageContaining("No space left");
                    }
                }

                @Override
                public void giveBack() throws IOException {
                    Files.delete(ballast);
                }
            });
        } finally {
            assertThat(run("umount", folder.toString())).isZero();
        }
    }

    private static int run(String... command) throws IOException, InterruptedException {
        return new ProcessBuilder(command).inheritIO().start().waitFor();
    }

    private void rounds(int rounds, StoreOptions database, Room room) throws Exception {
        try (PromptStore store = PromptStore.open(database, PromptEntries.HASHES, Clock.systemUTC());
                Journal journal = Journal.open(folder.resolve("journal"), JournalOptions.DEFAULT);
                PromptWriter writer = new PromptWriter(
                        store,
                        journal,
                        new DeadLetters(folder.resolve("refused"), DataSize.ofMegabytes(1)),
                        // Memory for 20, so that something is lost where the journal has no room either.
                        new WriterOptions(
                                20, DataSize.ofMegabytes(1), 100, Duration.ofMillis(50), Duration.ofSeconds(5)),
                        "instance-1",
                        Instant.EPOCH,
                        keys -> {})) {
            assertThat(store.awaitUp(PATIENCE).isUp()).isTrue();
            long accepted = 0;
            long refusedByJournal = 0;
            for (int round = 0; round < rounds; round++) {
                refusedByJournal += record(writer, 20);
                room.take();
                accepted += 40;
                // The file may have some room within.
                while (store.status().isUp()) {
                    refusedByJournal += record(writer, 20);
                    accepted += 20;
                    TimeUnit.MILLISECONDS.sleep(20);
                }
                assertThat(writer.status().isDegraded()).isTrue();
                room.giveBack();
                refusedByJournal += record(writer, 20);
                assertThat(writer.flush(PATIENCE)).as("round %d", round).isTrue();

                LogStatus status = writer.status();
                assertThat(status.accepted()).isEqualTo(accepted);
                assertThat(status.notJournaled()).isEqualTo(refusedByJournal);
                assertThat(Databases.rows(database))
                        .as("round %d: %s", round, status)
                        .isEqualTo(accepted - status.lost() - status.deadLetters() - status.deadLettersLost());
                assertThat(store.status().isUp()).isTrue();
            }
            assertThat(writer.status().deadLetters()).isZero();
        }
    }

    /** None fails and none waits. Gives how many the journal refused. */
    private int record(PromptWriter writer, int count) {
        List<PromptEntry> all = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            all.add(entries.ended());
        }
        int refused = 0;
        for (PromptEntry entry : all) {
            try {
                writer.record(entry).toCompletableFuture().join();
            } catch (CompletionException failure) {
                assertThat(failure).hasCauseInstanceOf(JournalException.class);
                refused++;
            }
        }
        return refused;
    }
}
