package org.olmo4j.spring.promptlog.journal;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.olmo4j.spring.promptlog.journal.JournalTests.SMALL;
import static org.olmo4j.spring.promptlog.journal.JournalTests.append;
import static org.olmo4j.spring.promptlog.journal.JournalTests.files;
import static org.olmo4j.spring.promptlog.journal.JournalTests.unreleased;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.util.unit.DataSize;

@Timeout(120)
class JournalCorruptionTests {

    private static final int CASES = 1_000;
    private static final int HEADER_BYTES = 16;

    @TempDir
    private Path temporary;

    /** A file, and where which record lies in it. */
    private record Written(String name, byte[] bytes, List<byte[]> contents) {

        int begin(int record) {
            return contents.subList(0, record).stream()
                    .mapToInt(content -> HEADER_BYTES + content.length)
                    .sum();
        }

        int end(int record) {
            return begin(record + 1);
        }
    }

    /** What is left of a file, and the records that it did not touch. */
    private record Damage(byte[] bytes, List<byte[]> untouched, boolean isTornOnly) {}

    private static Written write(Path folder, Random random) throws IOException {
        List<byte[]> contents = new ArrayList<>();
        try (Journal journal = Journal.open(folder, JournalOptions.DEFAULT)) {
            for (int i = 0; i < 20; i++) {
                byte[] content = new byte[random.nextInt(300)];
                random.nextBytes(content);
                contents.add(content);
                journal.append(content).join();
            }
        }
        Path file = files(folder, ".journal").getFirst();
        return new Written(file.getFileName().toString(), Files.readAllBytes(file), contents);
    }

    private static Damage overwritten(Written written, byte[] changed) {
        List<byte[]> untouched = new ArrayList<>();
        for (int i = 0; i < written.contents().size(); i++) {
            int begin = written.begin(i);
            int end = written.end(i);
            if (Arrays.equals(written.bytes(), begin, end, changed, begin, end)) {
                untouched.add(written.contents().get(i));
            }
        }
        return new Damage(changed, untouched, false);
    }

    private static Damage flipBits(Written written, Random random) {
        byte[] changed = written.bytes().clone();
        for (int i = random.nextInt(1, 4); i > 0; i--) {
            changed[random.nextInt(changed.length)] ^= (byte) (1 << random.nextInt(8));
        }
        return overwritten(written, changed);
    }

    private static Damage overwrite(Written written, Random random, boolean zeros) {
        byte[] changed = written.bytes().clone();
        int from = random.nextInt(changed.length);
        int to = Math.min(changed.length, from + 1 + random.nextInt(600));
        byte[] garbage = new byte[to - from];
        if (!zeros) {
            random.nextBytes(garbage);
        }
        System.arraycopy(garbage, 0, changed, from, garbage.length);
        return overwritten(written, changed);
    }

    private static Damage cutOff(Written written, Random random) {
        int size = random.nextInt(written.bytes().length);
        List<byte[]> untouched = new ArrayList<>();
        for (int i = 0; i < written.contents().size() && written.end(i) <= size; i++) {
            untouched.add(written.contents().get(i));
        }
        return new Damage(Arrays.copyOf(written.bytes(), size), untouched, true);
    }

    private static Damage insert(Written written, Random random) {
        int at = random.nextInt(written.bytes().length + 1);
        byte[] garbage = new byte[random.nextInt(8, 400)];
        random.nextBytes(garbage);
        byte[] changed = ByteBuffer.allocate(written.bytes().length + garbage.length)
                .put(written.bytes(), 0, at)
                .put(garbage)
                .put(written.bytes(), at, written.bytes().length - at)
                .array();
        List<byte[]> untouched = new ArrayList<>();
        for (int i = 0; i < written.contents().size(); i++) {
            if (at <= written.begin(i) || at >= written.end(i)) {
                untouched.add(written.contents().get(i));
            }
        }
        return new Damage(changed, untouched, false);
    }

    private static Damage damage(Written written, Random random) {
        return switch (random.nextInt(5)) {
            case 0 -> flipBits(written, random);
            case 1 -> overwrite(written, random, false);
            case 2 -> overwrite(written, random, true);
            case 3 -> cutOff(written, random);
            default -> insert(written, random);
        };
    }

    @Test
    void costsOnlyTheRecordsInWhichItLiesAndIsCounted() throws IOException {
        Random random = new Random(18);
        List<Written> originals = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            originals.add(write(temporary.resolve("original" + i), random));
        }
        for (int i = 0; i < CASES; i++) {
            Written written = originals.get(i % originals.size());
            Damage damage = damage(written, random);
            Path folder = Files.createDirectory(temporary.resolve("case" + i));
            Files.write(folder.resolve(written.name()), damage.bytes());

            long intactBytes = damage.untouched().stream()
                    .mapToInt(content -> HEADER_BYTES + content.length)
                    .sum();
            try (Journal journal = Journal.open(folder, SMALL)) {
                List<byte[]> read = new ArrayList<>();
                journal.forEachUnreleased(entry -> {
                    read.add(entry.content());
                    journal.release(entry.position());
                });

                assertThat(read).as("case %d", i).containsExactlyElementsOf(damage.untouched());
                JournalStatus status = journal.status();
                assertThat(status.damagedBytes() + status.tornBytes())
                        .as("case %d", i)
                        .isEqualTo(damage.bytes().length - intactBytes);
                if (damage.isTornOnly()) {
                    assertThat(status.damagedBytes()).as("case %d", i).isZero();
                }
                assertThat(files(folder, ".journal")).as("case %d", i).isEmpty();
                assertThat(files(folder, ".damaged")).as("case %d", i).hasSize(status.damagedBytes() > 0 ? 1 : 0);
            }
        }
    }

    @Test
    void doesNotTakeForARecordWhatAPromptHolds() throws IOException {
        Written written = write(temporary.resolve("other"), new Random(1));
        Path folder = temporary.resolve("journal");
        try (Journal journal = Journal.open(folder, JournalOptions.DEFAULT)) {
            journal.append(written.bytes()).join();
            append(journal, "the next");
        }
        Path file = files(folder, ".journal").getFirst();
        byte[] bytes = Files.readAllBytes(file);
        bytes[0] ^= 1;
        Files.write(file, bytes);
        try (Journal journal = Journal.open(folder, JournalOptions.DEFAULT)) {
            assertThat(unreleased(journal)).containsExactly("the next");
        }
    }

    @Test
    void isNoticedTooWhenItComesWhileTheJournalIsOpen() throws IOException {
        Path folder = temporary.resolve("journal");
        try (Journal journal = Journal.open(folder, SMALL)) {
            append(journal, "first");
            append(journal, "second");
            append(journal, "third");
            Path file = files(folder, ".journal").getFirst();
            byte[] bytes = Files.readAllBytes(file);
            bytes[HEADER_BYTES + "first".length() + HEADER_BYTES] ^= 1;
            Files.write(file, bytes);

            assertThat(unreleased(journal)).containsExactly("first", "third");
            assertThat(journal.status().damagedBytes()).isEqualTo(HEADER_BYTES + "second".length());
            assertThat(journal.status().pendingRecords()).isEqualTo(2);
        }
    }

    @Test
    void isKeptForExaminationNewestFirstWithinALimit() throws IOException {
        Path folder = Files.createDirectory(temporary.resolve("journal"));
        JournalOptions options = new JournalOptions(
                SMALL.segmentSize(), SMALL.capacity(), SMALL.backlog(), DataSize.ofBytes(250), SMALL.idleTime());
        for (int i = 1; i <= 5; i++) {
            Files.write(
                    folder.resolve("%016x-%016x.journal".formatted(i, i)),
                    "g".repeat(100).getBytes(US_ASCII));
        }
        try (Journal journal = Journal.open(folder, options)) {
            assertThat(journal.status().damagedBytes()).isEqualTo(500);
        }

        assertThat(files(folder, ".damaged").stream()
                        .map(file -> file.getFileName().toString().substring(15, 16))
                        .collect(Collectors.toList()))
                .containsExactly("4", "5");
    }
}
