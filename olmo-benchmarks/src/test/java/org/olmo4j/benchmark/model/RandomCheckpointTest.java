package org.olmo4j.benchmark.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.olmo4j.backend.WeightType;
import org.olmo4j.benchmark.measure.BenchmarkException;
import org.olmo4j.checkpoint.Checkpoint;
import org.olmo4j.checkpoint.TensorRole;
import org.olmo4j.checkpoint.TensorType;
import org.olmo4j.hub.ModelSource;

class RandomCheckpointTest {

    private static final String WEIGHTS = "model.safetensors";

    @TempDir
    private Path folder;

    private static RandomCheckpoint tiny(TensorType type, long seed) {
        return new RandomCheckpoint(ModelShape.TINY.configuration(), type, seed);
    }

    @ParameterizedTest
    @EnumSource(TensorType.class)
    void isACheckpointOfTheShapeInTheAskedType(TensorType type) {
        tiny(type, 1).writeTo(folder, 2);
        try (Checkpoint checkpoint = Checkpoint.open(ModelSource.of(folder.toString()))) {
            assertThat(checkpoint.storedType()).isEqualTo(type);
            assertThat(checkpoint.spec())
                    .isEqualTo(ModelShape.TINY.configuration().spec());
        }
    }

    @Test
    void itsTensorsHoldTheirOwnValues() {
        tiny(TensorType.F32, 5).writeTo(folder, 2);
        RandomWeights expected =
                new RandomWeights(5, new PlannedTensor("model.layers.1.mlp.down_proj.weight", List.of(64, 160), 0));
        try (Checkpoint checkpoint = Checkpoint.open(ModelSource.of(folder.toString()))) {
            float value = checkpoint
                    .tensor(TensorRole.DOWN, 1)
                    .data()
                    .get(ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN), (3 * 160 + 7) * 4L);
            assertThat(value).isEqualTo(expected.value(3 * 160 + 7));
        }
    }

    @Test
    void theSameSeedGivesTheSameBytesOnAnyNumberOfThreads() throws IOException {
        tiny(TensorType.BF16, 1).writeTo(folder.resolve("one"), 1);
        tiny(TensorType.BF16, 1).writeTo(folder.resolve("three"), 3);
        tiny(TensorType.BF16, 2).writeTo(folder.resolve("other"), 1);
        Path one = folder.resolve("one").resolve(WEIGHTS);
        assertThat(one).hasSameBinaryContentAs(folder.resolve("three").resolve(WEIGHTS));
        assertThat(Files.mismatch(one, folder.resolve("other").resolve(WEIGHTS)))
                .isNotNegative();
    }

    @Test
    void isNotWrittenAgainWhereItIs() {
        assertThat(tiny(TensorType.BF16, 1).writeTo(folder, 1)).isTrue();
        assertThat(tiny(TensorType.BF16, 1).writeTo(folder, 1)).isFalse();
    }

    @Test
    void isWrittenAgainWhereAFileIsCutShort() throws IOException {
        tiny(TensorType.BF16, 1).writeTo(folder, 1);
        try (RandomAccessFile file =
                new RandomAccessFile(folder.resolve(WEIGHTS).toFile(), "rw")) {
            file.setLength(file.length() - 1);
        }
        assertThat(tiny(TensorType.BF16, 1).writeTo(folder, 1)).isTrue();
    }

    @Test
    void leavesNothingUnfinishedBehind() throws IOException {
        tiny(TensorType.BF16, 1).writeTo(folder, 2);
        try (var files = Files.list(folder)) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .containsExactlyInAnyOrder(WEIGHTS, "config.json");
        }
    }

    @Test
    void aMixtureOfExpertsAndOlmo3CanHaveRandomWeightsToo() throws IOException {
        for (String json : List.of("""
            {"model_type":"olmoe","hidden_size":32,"intermediate_size":16,"num_hidden_layers":2,
            "num_attention_heads":2,"num_key_value_heads":2,"vocab_size":64,"max_position_embeddings":64,
            "num_experts":4,"num_experts_per_tok":2,"norm_topk_prob":false,"rms_norm_eps":1e-5,
            "rope_theta":10000.0,"tie_word_embeddings":false,"eos_token_id":1,"hidden_act":"silu"}
            """, """
            {"model_type":"olmo3","hidden_size":32,"intermediate_size":48,"num_hidden_layers":4,
            "num_attention_heads":4,"num_key_value_heads":2,"vocab_size":64,"max_position_embeddings":64,
            "sliding_window":16,"rms_norm_eps":1e-6,"rope_theta":500000,"tie_word_embeddings":false,
            "eos_token_id":1,"hidden_act":"silu"}
            """)) {
            Path like = Files.createTempDirectory(folder, "like");
            Files.writeString(like.resolve("config.json"), json);
            PreparedModel model = new ModelChoice.RandomLike(like, 3).prepare(WeightFormat.F32, folder, 64);
            assertThat(model.written()).isTrue();
            try (Checkpoint checkpoint = model.open()) {
                assertThat(checkpoint.spec().hiddenSize()).isEqualTo(32);
            }
        }
    }

    @Test
    void quantizedWeightsAreMadeOfBfloat16WhenTheModelIsLoaded() {
        PreparedModel model = new ModelChoice.Shape(ModelShape.TINY, 1).prepare(WeightFormat.INT8, folder, 64);
        try (Checkpoint checkpoint = model.open()) {
            assertThat(checkpoint.storedType()).isEqualTo(TensorType.BF16);
        }
        assertThat(model.loadOptions(1, 64, 64, 1).weights()).isEqualTo(WeightType.INT8);
        PreparedModel stored = new ModelChoice.Shape(ModelShape.TINY, 1).prepare(WeightFormat.BF16, folder, 64);
        assertThat(stored.loadOptions(1, 64, 64, 1).weights()).isEqualTo(WeightType.STORED);
    }

    @Test
    void aRandomModelGetsTheContextThatIsAskedFor() {
        PreparedModel model = new ModelChoice.Shape(ModelShape.TINY, 1).prepare(WeightFormat.BF16, folder, 3000);
        assertThat(model.spec().contextLength()).isEqualTo(3000);
    }

    @Test
    void aStoredModelIsRefusedWhereItsContextIsTooShort() {
        tiny(TensorType.BF16, 1).writeTo(folder, 1);
        assertThatThrownBy(() -> new ModelChoice.Folder(folder).prepare(WeightFormat.BF16, folder, 3000))
                .isInstanceOf(BenchmarkException.class)
                .hasMessageContaining("1024");
    }
}
