package org.olmo4j.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.olmo4j.hub.ModelSource;

/** Opens the checkpoints of the reference folder, which HuggingFace transformers wrote. */
class ReferenceCheckpointsTest {

    private static final String VARIABLE = "OLMO_REFERENCE_DIR";

    @Test
    void everyReferenceCheckpointOpensWithAllItsTensors() throws IOException {
        List<Path> folders = folders();
        assertThat(folders).hasSizeGreaterThanOrEqualTo(10);
        for (Path folder : folders) {
            try (Checkpoint checkpoint = Checkpoint.open(ModelSource.of(folder.toString()))) {
                assertThat(checkpoint.weightBytes()).as("weights of %s", folder).isEqualTo(dataBytes(folder));
                assertThat(checkpoint.fingerprint()).hasSize(64);
                assertThat(checkpoint.generationDefaults().endOfTextIds()).isNotEmpty();
            }
        }
    }

    @Test
    void fingerprintsDiffer() throws IOException {
        Set<String> fingerprints = new HashSet<>();
        for (Path folder : folders()) {
            try (Checkpoint checkpoint = Checkpoint.open(ModelSource.of(folder.toString()))) {
                fingerprints.add(checkpoint.fingerprint());
            }
        }
        assertThat(fingerprints).hasSameSizeAs(folders());
    }

    /** In data order the embedding follows lm_head in this file, whose first tensor starts at byte 8 + 1640. */
    @Test
    void aValueIsReadFromWhereTheFileHasIt() throws IOException {
        Path folder = folders().stream()
                .filter(path -> path.endsWith("olmo-tiny"))
                .findFirst()
                .orElseThrow();
        float expected;
        try (RandomAccessFile file =
                new RandomAccessFile(folder.resolve("model.safetensors").toFile(), "r")) {
            file.seek(8 + 1640 + 512L * 64 * 4 + 3 * 64 * 4 + 5 * 4);
            expected = Float.intBitsToFloat(Integer.reverseBytes(file.readInt()));
        }
        try (Checkpoint checkpoint = Checkpoint.open(ModelSource.of(folder.toString()))) {
            Tensor embedding = checkpoint.tensor(TensorRole.TOKEN_EMBEDDING);
            float value = embedding.data().get(ValueLayout.JAVA_FLOAT_UNALIGNED, 3 * 64 * 4 + 5 * 4);
            assertThat(value).isNotZero().isEqualTo(expected);
        }
    }

    private static long dataBytes(Path folder) throws IOException {
        long bytes = 0;
        try (Stream<Path> files = Files.list(folder)) {
            for (Path path : files.filter(file -> file.toString().endsWith(".safetensors"))
                    .toList()) {
                try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "r")) {
                    bytes += file.length() - 8 - Long.reverseBytes(file.readLong());
                }
            }
        }
        return bytes;
    }

    private static List<Path> folders() throws IOException {
        String directory = System.getenv(VARIABLE);
        assumeTrue(directory != null, VARIABLE + " is not set: the reference checkpoints are not compared");
        try (Stream<Path> folders = Files.list(Path.of(directory, "cases"))) {
            return folders.sorted().toList();
        }
    }
}
