package org.olmo4j.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.olmo4j.error.ModelFormatException;
import org.olmo4j.hash.Sha256;

class SafetensorsFileTest {

    private static final String NAME = "weights.safetensors";
    private static final int MUTATIONS = 2000;
    private static final long MANY_BYTES = 1L << 30;

    @TempDir
    Path folder;

    static Stream<Arguments> brokenFiles() {
        return BrokenSafetensors.all().entrySet().stream()
                .map(entry -> Arguments.argumentSet(entry.getKey(), entry.getKey(), entry.getValue()));
    }

    @Test
    void thereAreAtLeastSixtyBrokenFiles() {
        assertThat(BrokenSafetensors.all()).hasSizeGreaterThanOrEqualTo(60);
    }

    @ParameterizedTest
    @MethodSource("brokenFiles")
    void aBrokenFileIsRefusedByNameMappedAndCopied(String what, byte[] content) throws IOException {
        Path file = Files.write(folder.resolve(NAME), content);
        try (Arena arena = Arena.ofConfined()) {
            assertThatExceptionOfType(ModelFormatException.class)
                    .as(what)
                    .isThrownBy(() -> SafetensorsFile.map(file, arena, Sha256.start()))
                    .withMessageContaining(file.toString())
                    .satisfies(refused -> assertThat(refused.hint()).isNotBlank());
            assertThatExceptionOfType(ModelFormatException.class)
                    .as(what)
                    .isThrownBy(() -> copy(content, arena, MANY_BYTES))
                    .withMessageContaining(NAME);
        }
    }

    @Test
    void theSameFileWithoutAFaultIsTaken() throws IOException {
        Path file = Files.write(folder.resolve(NAME), BrokenSafetensors.good());
        try (Arena arena = Arena.ofConfined()) {
            assertThat(SafetensorsFile.map(file, arena, Sha256.start()).header().tensors())
                    .containsOnlyKeys("a");
            assertThat(copy(BrokenSafetensors.good(), arena, MANY_BYTES)
                            .header()
                            .tensors())
                    .containsOnlyKeys("a");
        }
    }

    @Test
    void aFileCutOffAnywhereIsRefused() throws IOException {
        byte[] whole = twoTensors().bytes();
        for (int length = 0; length < whole.length; length++) {
            byte[] part = Arrays.copyOf(whole, length);
            Path file = Files.write(folder.resolve(NAME), part);
            try (Arena arena = Arena.ofConfined()) {
                assertThatExceptionOfType(ModelFormatException.class)
                        .as("first %d of %d bytes", length, whole.length)
                        .isThrownBy(() -> SafetensorsFile.map(file, arena, Sha256.start()))
                        .withMessageContaining(file.toString());
                assertThatExceptionOfType(ModelFormatException.class)
                        .as("first %d of %d bytes, copied", length, whole.length)
                        .isThrownBy(() -> copy(part, arena, MANY_BYTES));
            }
        }
    }

    /** A mutation may leave the file valid (another name, another number of the data): then it loads, within the file's bounds. */
    @Test
    void aMutatedFileIsRefusedOrLoadsWithinItsBounds() throws IOException {
        byte[] whole = twoTensors().bytes();
        int headerEnd = whole.length - twoTensors().dataBytes();
        Random random = new Random(7);
        int loaded = 0;
        for (int round = 0; round < MUTATIONS; round++) {
            byte[] mutated = mutate(whole, headerEnd, random);
            // Files take most of the time, and both ways read the same header.
            boolean mapped = round % 10 == 0;
            try (Arena arena = Arena.ofConfined()) {
                SafetensorsFile opened = mapped
                        ? SafetensorsFile.map(Files.write(folder.resolve(NAME), mutated), arena, Sha256.start())
                        : copy(mutated, arena, MANY_BYTES);
                long bytes = opened.header().tensors().values().stream()
                        .mapToLong(entry -> opened.data(entry).toArray(ValueLayout.JAVA_BYTE).length)
                        .sum();
                assertThat(bytes).isEqualTo(opened.header().dataBytes()).isLessThan(mutated.length);
                loaded++;
            } catch (ModelFormatException refused) {
                assertThat(refused).hasMessageContaining(NAME);
            }
        }
        // Changed characters in names and metadata are no fault; everything else is.
        assertThat(loaded).isBetween(1, MUTATIONS / 2);
    }

    @Test
    void mappedAndCopiedTensorsHaveTheBytesThatWereWritten() throws IOException {
        byte[] norm = {1, 2, 3, 4, 5, 6, 7, 8};
        byte[] matrix = {11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22};
        SafetensorsWriter writer =
                new SafetensorsWriter(0).add("norm", "F32", norm, 2).add("matrix", "BF16", matrix, 3, 2);
        Path file = folder.resolve(NAME);
        writer.write(file);
        try (Arena arena = Arena.ofConfined()) {
            for (SafetensorsFile opened : new SafetensorsFile[] {
                SafetensorsFile.map(file, arena, Sha256.start()), copy(writer.bytes(), arena, MANY_BYTES)
            }) {
                Map<String, SafetensorsHeader.Entry> tensors = opened.header().tensors();
                assertThat(tensors.get("norm").type()).isEqualTo(TensorType.F32);
                assertThat(tensors.get("norm").shape()).containsExactly(2);
                assertThat(tensors.get("matrix").type()).isEqualTo(TensorType.BF16);
                assertThat(tensors.get("matrix").shape()).containsExactly(3, 2);
                assertThat(bytes(opened, "norm")).isEqualTo(norm);
                assertThat(bytes(opened, "matrix")).isEqualTo(matrix);
            }
        }
    }

    @Test
    void theDataCannotBeWrittenTo() throws IOException {
        Path file = Files.write(folder.resolve(NAME), BrokenSafetensors.good());
        try (Arena arena = Arena.ofConfined()) {
            for (SafetensorsFile opened : new SafetensorsFile[] {
                SafetensorsFile.map(file, arena, Sha256.start()), copy(BrokenSafetensors.good(), arena, MANY_BYTES)
            }) {
                MemorySegment data = opened.data(opened.header().tensors().get("a"));
                assertThatThrownBy(() -> data.set(ValueLayout.JAVA_BYTE, 0, (byte) 1))
                        .isInstanceOf(IllegalArgumentException.class);
            }
        }
    }

    @Test
    void aPointerOfGitLfsIsRecognized() {
        byte[] pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n"
                .getBytes(StandardCharsets.US_ASCII);
        try (Arena arena = Arena.ofConfined()) {
            assertThatExceptionOfType(ModelFormatException.class)
                    .isThrownBy(() -> copy(pointer, arena, MANY_BYTES))
                    .withMessageContainingAll(NAME, "git lfs pull");
        }
    }

    @Test
    void moreDataThanTheCapIsNotCopied() {
        try (Arena arena = Arena.ofConfined()) {
            assertThatCode(() -> copy(BrokenSafetensors.good(), arena, 16)).doesNotThrowAnyException();
            assertThatExceptionOfType(ModelFormatException.class)
                    .isThrownBy(() -> copy(BrokenSafetensors.good(), arena, 15))
                    .withMessageContainingAll(NAME, "16 bytes", "folder");
        }
    }

    /** The header claims 8 GiB, the stream ends after it: the cap must refuse before anything of that size is allocated. */
    @Test
    void aHugeClaimIsRefusedBeforeAllocation() {
        byte[] content = SafetensorsWriter.file(
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[2147483647],\"data_offsets\":[0,8589934588]}}", new byte[0]);
        try (Arena arena = Arena.ofConfined()) {
            assertThatExceptionOfType(ModelFormatException.class)
                    .isThrownBy(() -> copy(content, arena, MANY_BYTES))
                    .withMessageContaining("8589934588");
        }
    }

    @Test
    void aFileThatChangedAfterItWasMappedIsNoticed() throws IOException {
        Path file = Files.write(folder.resolve(NAME), BrokenSafetensors.good());
        try (Arena arena = Arena.ofConfined()) {
            SafetensorsFile opened = SafetensorsFile.map(file, arena, Sha256.start());
            assertThatCode(opened::requireUnchanged).doesNotThrowAnyException();
            Files.write(file, Arrays.copyOf(BrokenSafetensors.good(), 40));
            assertThatExceptionOfType(ModelFormatException.class)
                    .isThrownBy(opened::requireUnchanged)
                    .withMessageContainingAll(file.toString(), "40");
        }
    }

    @Test
    void aFileThatWasReplacedAfterItWasMappedIsNoticed() throws IOException {
        Path file = Files.write(folder.resolve(NAME), BrokenSafetensors.good());
        try (Arena arena = Arena.ofConfined()) {
            SafetensorsFile opened = SafetensorsFile.map(file, arena, Sha256.start());
            Path other = Files.write(folder.resolve("other"), BrokenSafetensors.good());
            Files.setLastModifiedTime(other, Files.getLastModifiedTime(file));
            Files.move(other, file, StandardCopyOption.REPLACE_EXISTING);
            assertThatExceptionOfType(ModelFormatException.class)
                    .isThrownBy(opened::requireUnchanged)
                    .withMessageContainingAll(file.toString(), "another file");
        }
    }

    private static SafetensorsWriter twoTensors() {
        return new SafetensorsWriter(1).add("a.weight", "F32", 3, 2).add("b.weight", "F16", 5);
    }

    private static SafetensorsFile copy(byte[] content, Arena arena, long mostBytes) throws IOException {
        return SafetensorsFile.copy(new ByteArrayInputStream(content), NAME, arena, Sha256.start(), mostBytes);
    }

    private static byte[] bytes(SafetensorsFile file, String name) {
        return file.data(file.header().tensors().get(name)).toArray(ValueLayout.JAVA_BYTE);
    }

    private static byte[] mutate(byte[] whole, int headerEnd, Random random) {
        byte[] mutated = whole.clone();
        int changes = 1 + random.nextInt(8);
        for (int change = 0; change < changes; change++) {
            int position = random.nextInt(headerEnd);
            if (random.nextBoolean()) {
                mutated[position] ^= (byte) (1 << random.nextInt(8));
            } else {
                mutated[position] = (byte) random.nextInt(256);
            }
        }
        return mutated;
    }
}
