package org.olmo4j.backend.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.olmo4j.backend.LoadOptions;
import org.olmo4j.backend.LoadProgress;
import org.olmo4j.backend.LoadedModel;
import org.olmo4j.backend.WeightType;
import org.olmo4j.backend.conformance.ModelDriver;
import org.olmo4j.checkpoint.Checkpoint;
import org.olmo4j.error.InsufficientMemoryException;
import org.slf4j.LoggerFactory;

/** Converted weights that are kept in a folder. */
class WeightFileTest {

    private static final int[] IDS = {3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8};

    @TempDir
    private Path folder;

    private final ListAppender<ILoggingEvent> log = new ListAppender<>();

    @BeforeEach
    void listen() {
        log.start();
        logger().addAppender(log);
    }

    @AfterEach
    void listenNoMore() {
        logger().detachAppender(log);
    }

    private static Logger logger() {
        return (Logger) LoggerFactory.getLogger(WeightFile.class);
    }

    private List<String> warnings() {
        return log.list.stream()
                .filter(event -> event.getLevel() == Level.WARN)
                .map(ILoggingEvent::getFormattedMessage)
                .toList();
    }

    private static LoadOptions options(WeightType weights) {
        return LoadOptions.builder()
                .threads(2)
                .keyValueCacheBytes(1 << 20)
                .maxStepTokens(16)
                .maxStepRows(2)
                .weights(weights)
                .build();
    }

    private Map<Integer, float[]> logits(LoadOptions options) {
        try (Checkpoint checkpoint = ReferenceTest.ownCases().getFirst().open();
                LoadedModel model = new CpuBackendProvider().load(checkpoint, options, LoadProgress.NONE);
                ModelDriver driver = new ModelDriver(model)) {
            return driver.logitsInChunks(IDS, 4);
        }
    }

    private void assertSameLogits(WeightType weights) {
        Map<Integer, float[]> expected = logits(options(weights));
        logits(options(weights).mutate().weightCache(folder).build())
                .forEach((position, logits) -> assertThat(Arrays.equals(logits, expected.get(position)))
                        .isTrue());
    }

    private List<Path> files() {
        try (Stream<Path> files = Files.list(folder)) {
            return files.toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"INT8", "INT4", "BF16"})
    void theSecondLoadReadsWhatTheFirstOneKept(WeightType weights) throws IOException {
        assertSameLogits(weights);
        assertThat(files()).hasSize(1);
        FileTime written = Files.getLastModifiedTime(files().getFirst());
        // A file that is made anew would be another one.
        Object identity = Files.readAttributes(files().getFirst(), "unix:ino").get("ino");

        assertSameLogits(weights);

        assertThat(files()).hasSize(1);
        assertThat(Files.getLastModifiedTime(files().getFirst())).isEqualTo(written);
        assertThat(Files.readAttributes(files().getFirst(), "unix:ino").get("ino"))
                .isEqualTo(identity);
        assertThat(warnings()).isEmpty();
    }

    @Test
    void everyTypeHasAFileOfItsOwn() {
        assertSameLogits(WeightType.INT8);
        assertSameLogits(WeightType.INT4);
        logits(options(WeightType.INT4)
                .mutate()
                .embeddingWeights(WeightType.INT4)
                .weightCache(folder)
                .build());
        assertThat(files()).hasSize(3);
        assertThat(warnings()).isEmpty();
    }

    @Test
    void nothingIsKeptWhereNothingIsConverted() {
        assertSameLogits(WeightType.STORED);
        assertThat(files()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"first byte", "key", "checksum", "weight", "last weight", "shorter", "longer", "empty"})
    void aDamagedFileIsIgnoredWithAWarningAndReplaced(String damage) throws IOException {
        assertSameLogits(WeightType.INT8);
        Path file = files().getFirst();
        byte[] whole = Files.readAllBytes(file);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            switch (damage) {
                case "first byte" -> flip(channel, whole, 0);
                case "key" -> flip(channel, whole, 20);
                case "checksum" -> flip(channel, whole, headerEnd(whole) - 6);
                case "weight" -> flip(channel, whole, 4096 + 100);
                // The last matrix ends somewhere in the last page.
                case "last weight" -> flip(channel, whole, (whole.length - 1) / 4096 * 4096);
                case "shorter" -> channel.truncate(whole.length - 1);
                case "longer" -> channel.write(ByteBuffer.allocate(1), whole.length);
                default -> channel.truncate(0);
            }
        }

        assertSameLogits(WeightType.INT8);

        assertThat(warnings())
                .singleElement()
                .asString()
                .contains(file.toString())
                .contains("ignored and made anew");
        assertThat(files()).containsExactly(file);
        assertThat(Files.readAllBytes(file)).isEqualTo(whole);
    }

    private static int headerEnd(byte[] file) {
        int end = 4096;
        while (file[end - 1] == 0) {
            end--;
        }
        return end;
    }

    private static void flip(FileChannel channel, byte[] whole, int position) throws IOException {
        channel.write(ByteBuffer.wrap(new byte[] {(byte) (whole[position] ^ 1)}), position);
    }

    @Test
    void aFolderThatCannotBeWrittenIsNoReasonNotToLoad() throws IOException {
        Path file = Files.createFile(folder.resolve("file"));
        Map<Integer, float[]> expected = logits(options(WeightType.INT8));
        logits(options(WeightType.INT8)
                        .mutate()
                        .weightCache(file.resolve("below"))
                        .build())
                .forEach((position, logits) -> assertThat(Arrays.equals(logits, expected.get(position)))
                        .isTrue());
        assertThat(warnings()).isNotEmpty().allMatch(warning -> warning.contains("Converted weights"));
    }

    /** As on a full disk, where a page of a mapped file cannot be had: the weights are converted into memory. */
    @Test
    void aFileThatCannotBeWrittenToItsEndIsNoReasonNotToLoad() {
        Map<Integer, float[]> expected = logits(options(WeightType.INT8));
        AtomicInteger truncated = new AtomicInteger();
        LoadOptions options =
                options(WeightType.INT8).mutate().weightCache(folder).build();
        try (Checkpoint checkpoint = ReferenceTest.ownCases().getFirst().open();
                LoadedModel model = new CpuBackendProvider()
                        .load(
                                checkpoint,
                                options,
                                (done, total) -> files().forEach(draft -> truncate(draft, truncated)));
                ModelDriver driver = new ModelDriver(model)) {
            driver.logitsInChunks(IDS, 4)
                    .forEach((position, logits) -> assertThat(Arrays.equals(logits, expected.get(position)))
                            .isTrue());
        }
        assertThat(truncated).hasPositiveValue();
        assertThat(warnings())
                .singleElement()
                .asString()
                .contains("Converted weights are not kept")
                .contains("cannot be written");
        assertThat(files()).isEmpty();
    }

    private static void truncate(Path draft, AtomicInteger count) {
        try (FileChannel channel = FileChannel.open(draft, StandardOpenOption.WRITE)) {
            channel.truncate(0);
            count.incrementAndGet();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void whatAProcessLeftBehindThatEndedWhileItConvertedIsRemovedAfterADay() throws IOException {
        logits(options(WeightType.INT8).mutate().weightCache(folder).build());
        Path file = files().getFirst();
        Path old = Files.createFile(folder.resolve(file.getFileName() + ".1.part"));
        Files.setLastModifiedTime(old, FileTime.from(Instant.now().minus(Duration.ofDays(2))));
        Path young = Files.createFile(folder.resolve(file.getFileName() + ".2.part"));
        Files.delete(file);

        logits(options(WeightType.INT8).mutate().weightCache(folder).build());

        assertThat(files()).containsExactlyInAnyOrder(file, young);
    }

    @Test
    void memoryThatTheSystemDoesNotHaveIsSaidWithWhatToDo() {
        try (Arena arena = Arena.ofConfined()) {
            assertThatThrownBy(() -> HeldWeights.allocate(arena, 1L << 60))
                    .isInstanceOf(InsufficientMemoryException.class)
                    .hasMessageContaining("1152921504606846976 more bytes of converted weights")
                    .hasMessageContaining("olmo.weights");
        }
    }

    @Test
    void aFolderThatIsNotThereIsMade() {
        Path below = folder.resolve("a/b");
        logits(options(WeightType.INT8).mutate().weightCache(below).build());
        assertThat(below).isNotEmptyDirectory();
        assertThat(new ArrayList<>(warnings())).isEmpty();
    }
}
