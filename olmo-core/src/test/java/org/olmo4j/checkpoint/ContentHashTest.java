package org.olmo4j.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.olmo4j.error.ModelFormatException;
import org.olmo4j.hub.ModelSource;

class ContentHashTest {

    private static final FileTime LONG_AGO = FileTime.fromMillis(1_000_000);

    @TempDir
    Path folder;

    private static String hash(Checkpoint checkpoint) throws Exception {
        return checkpoint.contentHash().toCompletableFuture().get(60, TimeUnit.SECONDS);
    }

    private static String hash(ModelSource source) throws Exception {
        try (Checkpoint checkpoint = Checkpoint.open(source)) {
            return hash(checkpoint);
        }
    }

    private static String hash(ModelSource source, Path cache) throws Exception {
        try (Checkpoint checkpoint = Checkpoint.open(source, cache)) {
            return hash(checkpoint);
        }
    }

    private Path weights() {
        return folder.resolve("model.safetensors");
    }

    private static void flipBit(Path file, int byteFromEnd, int bit) throws IOException {
        byte[] content = Files.readAllBytes(file);
        content[content.length - byteFromEnd] ^= (byte) (1 << bit);
        Files.write(file, content);
    }

    private static Path file(Path folder, int number) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.sorted().skip(number).findFirst().orElseThrow();
        }
    }

    /** As its documentation says: computed here from the bytes that were written, in a model of one layer, without biases. */
    private static String byHand(TinyModel model, byte[] file) throws Exception {
        record Part(String role, int layer, int rows, int columns) {}
        // In the file's order.
        List<Part> inFile = List.of(
                new Part("TOKEN_EMBEDDING", -1, 10, 8),
                new Part("OUTPUT_HEAD", -1, 10, 8),
                new Part("QUERY", 0, 8, 8),
                new Part("KEY", 0, 8, 8),
                new Part("VALUE", 0, 8, 8),
                new Part("ATTENTION_OUTPUT", 0, 8, 8),
                new Part("GATE", 0, 12, 8),
                new Part("UP", 0, 12, 8),
                new Part("DOWN", 0, 8, 12));
        int position = file.length - 704 * 4;
        Map<String, byte[]> digests = new TreeMap<>();
        for (Part part : inFile) {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            DataOutputStream data = new DataOutputStream(bytes);
            text(data, part.role());
            data.writeLong(part.layer());
            data.writeLong(-1);
            text(data, "F32");
            data.writeLong(part.rows());
            data.writeLong(part.columns());
            int length = part.rows() * part.columns() * 4;
            data.write(file, position, length);
            position += length;
            digests.put(part.role(), sha256(bytes.toByteArray()));
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream data = new DataOutputStream(bytes);
        text(data, "olmo4j content 1");
        text(data, model.config());
        data.writeLong(digests.size());
        for (byte[] digest : digests.values()) {
            data.writeLong(digest.length);
            data.write(digest);
        }
        return HexFormat.of().formatHex(sha256(bytes.toByteArray()));
    }

    private static void text(DataOutputStream data, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        data.writeLong(bytes.length);
        data.write(bytes);
    }

    private static byte[] sha256(byte[] bytes) throws Exception {
        return MessageDigest.getInstance("SHA-256").digest(bytes);
    }

    @Test
    void itIsMadeOfConfigurationAndTensors() throws Exception {
        TinyModel model = TinyModel.olmo();

        assertThat(hash(model.in(folder))).isEqualTo(byHand(model, Files.readAllBytes(weights())));
    }

    @Test
    void itIsTheSameInOneFileInShardsAndOnTheClassPath(@TempDir Path sharded) throws Exception {
        TinyModel model = TinyModel.olmo2Grouped();
        ModelSource shards = model.shardedIn(sharded);
        ModelSource single = model.in(folder);
        // The single file gets the shards' weights.
        model.mergedWeights().write(weights());

        String hash = hash(shards);
        assertThat(hash(single)).isEqualTo(hash);
        assertThat(hash(new StreamsOnly(single))).isEqualTo(hash);
        assertThat(hash(new StreamsOnly(shards))).isEqualTo(hash);
    }

    @Test
    void fileTimesAndThePlaceOfTheFilesDoNotCount(@TempDir Path elsewhere) throws Exception {
        ModelSource source = TinyModel.olmo().in(folder);
        String hash = hash(source);
        for (String name : List.of("config.json", "model.safetensors")) {
            Files.copy(folder.resolve(name), elsewhere.resolve(name));
        }
        Files.setLastModifiedTime(elsewhere.resolve("model.safetensors"), LONG_AGO);

        assertThat(hash(ModelSource.of(elsewhere.toString()))).isEqualTo(hash);
    }

    static Stream<TinyModel> families() {
        return Stream.of(
                TinyModel.olmo(),
                TinyModel.olmoTied(),
                TinyModel.olmo2Grouped(),
                TinyModel.olmoe(),
                TinyModel.original("model.transformer."));
    }

    @ParameterizedTest
    @MethodSource("families")
    void everyBitOfEveryTensorCounts(TinyModel model) throws Exception {
        ModelSource source = model.in(folder);
        String before = hash(source);
        int dataBytes = model.weights().dataBytes();
        Random random = new Random(5);
        // In each stretch of 32 bytes, which is less than the smallest tensor, one bit.
        for (int stretch = 0; stretch < dataBytes / 32; stretch++) {
            int place = 1 + 32 * stretch + random.nextInt(32);
            int bit = random.nextInt(8);
            flipBit(weights(), place, bit);
            assertThat(hash(source))
                    .as("bit %s of byte %s from the end", bit, place)
                    .isNotEqualTo(before);
            flipBit(weights(), place, bit);
        }
        assertThat(hash(source)).isEqualTo(before);
    }

    /** 8 MB in two tensors. */
    private static TinyModel large() {
        return TinyModel.olmo()
                .configured("\"vocab_size\":10", "\"vocab_size\":125000")
                .without("model.embed_tokens.weight")
                .without("lm_head.weight")
                .with("model.embed_tokens.weight", 125_000, 8)
                .with("lm_head.weight", 125_000, 8);
    }

    @Test
    void everyPieceOfALargeTensorCounts() throws Exception {
        ModelSource source = large().in(folder);
        String before = hash(source);
        for (int place = 1; place < 8_000_000; place += 500_000) {
            flipBit(weights(), place, 3);
            assertThat(hash(source)).as("byte %s from the end", place).isNotEqualTo(before);
            flipBit(weights(), place, 3);
        }
    }

    @Test
    void theConfigurationCounts() throws Exception {
        String before = hash(TinyModel.olmo().in(folder));

        assertThat(hash(TinyModel.olmo()
                        .configured("\"vocab_size\":10", "\"vocab_size\":10,\"rope_theta\":500000.0")
                        .in(folder)))
                .isNotEqualTo(before);
    }

    @Test
    void theTypeCounts() throws Exception {
        String before = hash(TinyModel.olmo().in(folder));
        Path file = weights();
        byte[] content = Files.readAllBytes(file);
        TinyModel model = TinyModel.olmo();
        model.shapes().keySet().forEach(name -> model.typed(name, "F16"));
        String halves = hash(model.in(folder));
        byte[] brain = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1)
                .replace("\"dtype\":\"F16\"", "\"dtype\":\"BF16\"")
                .getBytes(StandardCharsets.ISO_8859_1);
        brain[0] += (byte) model.shapes().size();
        Files.write(file, brain);

        assertThat(List.of(before, halves, hash(ModelSource.of(folder.toString()))))
                .doesNotHaveDuplicates();
        Files.write(file, content);
    }

    @Test
    void anUnusedOutputHeadDoesNotCount() throws Exception {
        ModelSource source = TinyModel.olmoTied().in(folder);
        String without = hash(source);
        TinyModel.olmoTied().with("lm_head.weight", 10, 8).weights().write(weights());

        assertThat(hash(source)).isEqualTo(without);
    }

    @Test
    void askingAgainGivesTheSameWithoutReading() throws Exception {
        try (Checkpoint checkpoint = Checkpoint.open(TinyModel.olmo().in(folder))) {
            String hash = hash(checkpoint);
            Files.delete(weights());

            assertThat(hash(checkpoint)).isEqualTo(hash);
        }
    }

    @Test
    void aFileThatWasChangedOrReplacedSinceItWasOpenedIsNotHashed(@TempDir Path other) throws Exception {
        ModelSource source = TinyModel.olmo().in(folder);
        Files.setLastModifiedTime(weights(), LONG_AGO);
        TinyModel.olmo().in(other);
        try (Checkpoint checkpoint = Checkpoint.open(source)) {
            Path replacement = other.resolve("model.safetensors");
            Files.setLastModifiedTime(replacement, LONG_AGO);
            Files.move(replacement, weights(), StandardCopyOption.ATOMIC_MOVE);

            assertThatThrownBy(() -> hash(checkpoint))
                    .isInstanceOf(ExecutionException.class)
                    .cause()
                    .isInstanceOf(ModelFormatException.class)
                    .hasMessageContaining("another file took its place");
        }
        try (Checkpoint checkpoint = Checkpoint.open(source)) {
            Files.setLastModifiedTime(weights(), FileTime.fromMillis(2_000_000));

            assertThatThrownBy(() -> hash(checkpoint)).hasCauseInstanceOf(ModelFormatException.class);
        }
        try (Checkpoint checkpoint = Checkpoint.open(source)) {
            Files.delete(weights());

            assertThatThrownBy(() -> hash(checkpoint)).hasCauseInstanceOf(IOException.class);
        }
    }

    @Test
    void itIsRememberedByPathSizeAndTime() throws Exception {
        ModelSource source = TinyModel.olmo().in(folder);
        Files.setLastModifiedTime(weights(), LONG_AGO);
        String before = hash(source);

        // Same path, size and time: what was computed holds, although it would be another one now.
        flipBit(weights(), 1, 0);
        Files.setLastModifiedTime(weights(), LONG_AGO);
        assertThat(hash(source)).isEqualTo(before);

        Files.setLastModifiedTime(
                weights(), FileTime.from(LONG_AGO.to(TimeUnit.NANOSECONDS) + 1000, TimeUnit.NANOSECONDS));
        String flipped = hash(source);
        assertThat(flipped).isNotEqualTo(before);

        TinyModel.olmoTied().in(folder);
        Files.setLastModifiedTime(weights(), LONG_AGO);
        assertThat(hash(source)).isNotEqualTo(before).isNotEqualTo(flipped);
    }

    @Test
    void anotherPathWithTheSameSizeAndTimeIsHashedAnew(@TempDir Path other) throws Exception {
        ModelSource source = TinyModel.olmo().in(folder);
        Files.setLastModifiedTime(weights(), LONG_AGO);
        ModelSource changed = TinyModel.olmo().in(other);
        flipBit(other.resolve("model.safetensors"), 1, 0);
        Files.setLastModifiedTime(other.resolve("model.safetensors"), LONG_AGO);

        assertThat(hash(changed)).isNotEqualTo(hash(source));
    }

    @Test
    void whatWasJustWrittenIsNotRemembered() throws Exception {
        ModelSource source = TinyModel.olmo().in(folder);
        FileTime now = Files.getLastModifiedTime(weights());
        String before = hash(source);
        flipBit(weights(), 1, 0);
        Files.setLastModifiedTime(weights(), now);

        assertThat(hash(source)).isNotEqualTo(before);
    }

    @Test
    void aFolderKeepsIt(@TempDir Path other) throws Exception {
        Path cache = other.resolve("made/when/needed");
        ModelSource source = TinyModel.olmo().in(folder);
        Files.setLastModifiedTime(weights(), LONG_AGO);
        String hash = hash(source, cache);

        try (Stream<Path> files = Files.list(cache)) {
            assertThat(files)
                    .singleElement()
                    .satisfies(stored -> assertThat(Files.readString(stored)).contains(hash));
        }
        String key = file(cache, 0).getFileName().toString();
        assertThat(new ContentHashCache(cache).find(key)).contains(hash);
    }

    @Test
    void whatAnotherProcessKeptIsRead(@TempDir Path cache) throws Exception {
        String key = sampleKey("of another process");
        String hash = "0123456789abcdef".repeat(4);
        ByteArrayOutputStream checked = new ByteArrayOutputStream();
        text(new DataOutputStream(checked), key);
        text(new DataOutputStream(checked), hash);
        Files.writeString(
                cache.resolve(key),
                "olmo4j content hash 1\n%s\n%s\n"
                        .formatted(hash, HexFormat.of().formatHex(sha256(checked.toByteArray()))));

        assertThat(new ContentHashCache(cache).find(key)).contains(hash);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\n", "olmo4j content hash 1\n", "binary \0\u00ff", "too long"})
    void damagedFilesOfTheCacheCountAsAbsent(String damage, @TempDir Path cache) throws Exception {
        String key = sampleKey(damage);
        Files.writeString(
                cache.resolve(key), damage.equals("too long") ? "0".repeat(2000) : damage, StandardCharsets.ISO_8859_1);

        assertThat(new ContentHashCache(cache).find(key)).isEmpty();
        new ContentHashCache(cache).store(key, "a".repeat(64));
        assertThat(Files.readString(cache.resolve(key))).contains("a".repeat(64));
    }

    @Test
    void aDamagedHashInTheCacheIsNoticed(@TempDir Path cache, @TempDir Path written) throws Exception {
        String key = sampleKey("damaged");
        new ContentHashCache(written).store(key, "a".repeat(64));
        String content = Files.readString(written.resolve(key));
        // Under another name, since this JVM remembers the first.
        String other = sampleKey("other");
        Files.writeString(cache.resolve(other), content);
        assertThat(new ContentHashCache(cache).find(other))
                .as("stored for another key")
                .isEmpty();
        for (int place = 0; place < content.length(); place++) {
            String damaged =
                    content.substring(0, place) + (char) (content.charAt(place) ^ 1) + content.substring(place + 1);
            Files.writeString(cache.resolve(other), damaged);
            assertThat(new ContentHashCache(cache).find(other))
                    .as("place %s", place)
                    .isEmpty();
        }
    }

    @Test
    void aCacheFolderThatCannotBeWrittenCostsOnlyTheCache(@TempDir Path other) throws Exception {
        Path file = Files.writeString(other.resolve("file"), "no folder");
        ModelSource source = TinyModel.olmo().in(folder);
        Files.setLastModifiedTime(weights(), LONG_AGO);

        assertThat(hash(source, file)).hasSize(64);
        assertThat(hash(source, file.resolve("below"))).hasSize(64);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void closingWhileItIsComputedEndsIt(boolean copied) throws Exception {
        // So that pieces are left when it is closed.
        TinyModel model = large();
        ModelSource folderSource = model.in(folder);
        ModelSource source = copied ? new StreamsOnly(folderSource) : folderSource;
        Random random = new Random(7);
        int cancelled = 0;
        for (int i = 0; i < 50; i++) {
            Checkpoint checkpoint = Checkpoint.open(source);
            CompletionStage<String> hash = checkpoint.contentHash();
            TimeUnit.MICROSECONDS.sleep(i % 2 == 0 ? 0 : random.nextInt(5_000));
            checkpoint.close();
            try {
                assertThat(hash.toCompletableFuture().get(10, TimeUnit.SECONDS)).hasSize(64);
            } catch (CancellationException | ExecutionException expected) {
                assertThat(expected instanceof ExecutionException ? expected.getCause() : expected)
                        .isInstanceOf(CancellationException.class)
                        .hasMessageContaining("closed before");
                cancelled++;
            }
            assertThatThrownBy(() ->
                            checkpoint.tensor(TensorRole.TOKEN_EMBEDDING).data().toArray(ValueLayout.JAVA_BYTE))
                    .isInstanceOf(IllegalStateException.class);
        }
        assertThat(cancelled).as("closed in time").isPositive();
    }

    @Test
    void whatIsClosedIsNotHashed() throws Exception {
        Checkpoint checkpoint = Checkpoint.open(TinyModel.olmo().in(folder));
        checkpoint.close();

        assertThat(checkpoint.contentHash().toCompletableFuture()).isCompletedExceptionally();
    }

    private static String sampleKey(String name) throws Exception {
        return HexFormat.of().formatHex(sha256(name.getBytes(StandardCharsets.UTF_8)));
    }
}
