package org.olmo4j.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.olmo4j.hub.ModelSource;
import org.olmo4j.spec.Family;

class CheckpointTest {

    private static final String ATTENTION = "model.layers.0.self_attn.";
    private static final String MLP = "model.layers.0.mlp.";

    @TempDir
    Path folder;

    @Test
    void olmoHasItsMatricesAndNoNorms() {
        try (Checkpoint checkpoint = Checkpoint.open(TinyModel.olmo().in(folder))) {
            assertThat(checkpoint.spec().family()).isEqualTo(Family.OLMO);
            assertTensor(checkpoint.tensor(TensorRole.TOKEN_EMBEDDING), "model.embed_tokens.weight", 10, 8);
            assertTensor(checkpoint.tensor(TensorRole.OUTPUT_HEAD), "lm_head.weight", 10, 8);
            assertTensor(checkpoint.tensor(TensorRole.QUERY, 0), ATTENTION + "q_proj.weight", 8, 8);
            assertTensor(checkpoint.tensor(TensorRole.KEY, 0), ATTENTION + "k_proj.weight", 8, 8);
            assertTensor(checkpoint.tensor(TensorRole.VALUE, 0), ATTENTION + "v_proj.weight", 8, 8);
            assertTensor(checkpoint.tensor(TensorRole.ATTENTION_OUTPUT, 0), ATTENTION + "o_proj.weight", 8, 8);
            assertTensor(checkpoint.tensor(TensorRole.GATE, 0), MLP + "gate_proj.weight", 12, 8);
            assertTensor(checkpoint.tensor(TensorRole.UP, 0), MLP + "up_proj.weight", 12, 8);
            assertTensor(checkpoint.tensor(TensorRole.DOWN, 0), MLP + "down_proj.weight", 8, 12);
            // 160 + 4 x 64 + 3 x 96 floats.
            assertThat(checkpoint.weightBytes()).isEqualTo(704 * 4);
            assertThat(checkpoint.storedType()).isEqualTo(TensorType.F32);
            for (TensorRole absent :
                    new TensorRole[] {TensorRole.FINAL_NORM, TensorRole.ROUTER, TensorRole.QUERY, TensorRole.GATE}) {
                assertThatIllegalArgumentException()
                        .isThrownBy(() -> checkpoint.tensor(absent))
                        .withMessageContainingAll("OLMO", absent.name());
            }
            assertThatIllegalArgumentException().isThrownBy(() -> checkpoint.tensor(TensorRole.QUERY, 1));
            assertThatIllegalArgumentException().isThrownBy(() -> checkpoint.tensor(TensorRole.QUERY, -2));
            assertThatIllegalArgumentException().isThrownBy(() -> checkpoint.tensor(TensorRole.ATTENTION_NORM, 0));
            assertThatIllegalArgumentException().isThrownBy(() -> checkpoint.tensor(TensorRole.GATE, 0, 0));
        }
    }

    @Test
    void aTiedHeadIsTheEmbedding() {
        try (Checkpoint checkpoint = Checkpoint.open(TinyModel.olmoTied().in(folder))) {
            assertThat(checkpoint.tensor(TensorRole.OUTPUT_HEAD))
                    .isSameAs(checkpoint.tensor(TensorRole.TOKEN_EMBEDDING));
            assertThat(checkpoint.weightBytes()).isEqualTo((704 - 80) * 4);
        }
    }

    @Test
    void anOutputHeadBesideTiedEmbeddingsIsIgnored() {
        ModelSource source = TinyModel.olmoTied().with("lm_head.weight", 10, 8).in(folder);
        try (Checkpoint checkpoint = Checkpoint.open(source)) {
            assertThat(checkpoint.tensor(TensorRole.OUTPUT_HEAD).name()).isEqualTo("model.embed_tokens.weight");
            assertThat(checkpoint.weightBytes()).isEqualTo((704 - 80) * 4);
        }
    }

    @Test
    void frequenciesInOldDumpsAreIgnored() {
        ModelSource source =
                TinyModel.olmo().with(ATTENTION + "rotary_emb.inv_freq", 2).in(folder);
        try (Checkpoint checkpoint = Checkpoint.open(source)) {
            assertThat(checkpoint.weightBytes()).isEqualTo(704 * 4);
        }
    }

    @Test
    void olmo2HasNormsOnItsBranchesAndOnQueriesAndKeys() {
        try (Checkpoint checkpoint =
                Checkpoint.open(TinyModel.olmo2Grouped().withBiases().in(folder))) {
            assertTensor(checkpoint.tensor(TensorRole.FINAL_NORM), "model.norm.weight", 1, 8);
            assertTensor(checkpoint.tensor(TensorRole.KEY, 0), ATTENTION + "k_proj.weight", 4, 8);
            assertTensor(checkpoint.tensor(TensorRole.VALUE, 0), ATTENTION + "v_proj.weight", 4, 8);
            assertTensor(checkpoint.tensor(TensorRole.QUERY_NORM, 0), ATTENTION + "q_norm.weight", 1, 8);
            assertTensor(checkpoint.tensor(TensorRole.KEY_NORM, 0), ATTENTION + "k_norm.weight", 1, 4);
            assertTensor(checkpoint.tensor(TensorRole.QUERY_BIAS, 0), ATTENTION + "q_proj.bias", 1, 8);
            assertTensor(checkpoint.tensor(TensorRole.KEY_BIAS, 0), ATTENTION + "k_proj.bias", 1, 4);
            assertTensor(checkpoint.tensor(TensorRole.VALUE_BIAS, 0), ATTENTION + "v_proj.bias", 1, 4);
            assertTensor(checkpoint.tensor(TensorRole.ATTENTION_OUTPUT_BIAS, 0), ATTENTION + "o_proj.bias", 1, 8);
            assertTensor(
                    checkpoint.tensor(TensorRole.ATTENTION_NORM, 0),
                    "model.layers.0.post_attention_layernorm.weight",
                    1,
                    8);
            assertTensor(
                    checkpoint.tensor(TensorRole.FEED_FORWARD_NORM, 0),
                    "model.layers.0.post_feedforward_layernorm.weight",
                    1,
                    8);
        }
    }

    @Test
    void olmoeHasExpertsARouterAndNormsBeforeItsBranches() {
        try (Checkpoint checkpoint = Checkpoint.open(TinyModel.olmoe().in(folder))) {
            assertTensor(checkpoint.tensor(TensorRole.ROUTER, 0), MLP + "gate.weight", 3, 8);
            for (int expert = 0; expert < 3; expert++) {
                String prefix = MLP + "experts." + expert + ".";
                assertTensor(checkpoint.tensor(TensorRole.GATE, 0, expert), prefix + "gate_proj.weight", 12, 8);
                assertTensor(checkpoint.tensor(TensorRole.UP, 0, expert), prefix + "up_proj.weight", 12, 8);
                assertTensor(checkpoint.tensor(TensorRole.DOWN, 0, expert), prefix + "down_proj.weight", 8, 12);
            }
            assertTensor(
                    checkpoint.tensor(TensorRole.ATTENTION_NORM, 0), "model.layers.0.input_layernorm.weight", 1, 8);
            assertTensor(
                    checkpoint.tensor(TensorRole.FEED_FORWARD_NORM, 0),
                    "model.layers.0.post_attention_layernorm.weight",
                    1,
                    8);
            assertThatIllegalArgumentException().isThrownBy(() -> checkpoint.tensor(TensorRole.GATE, 0));
            assertThatIllegalArgumentException().isThrownBy(() -> checkpoint.tensor(TensorRole.GATE, 0, 3));
        }
    }

    /** att_proj holds q (8 rows), k (4), v (4); ff_proj holds up (12), then gate (12). */
    @ParameterizedTest
    @ValueSource(strings = {"model.transformer.", "transformer."})
    void stackedTensorsOfTheOriginalLayoutAreCutIntoRowsWithoutACopy(String prefix) throws IOException {
        TinyModel model = TinyModel.original(prefix);
        byte[] attention = firstBytes(16 * 8 * 4, 1);
        byte[] feedForward = firstBytes(24 * 8 * 4, 2);
        SafetensorsWriter weights = new SafetensorsWriter(3);
        model.shapes().forEach((name, shape) -> {
            if (name.contains("att_proj")) {
                weights.add(name, "F32", attention, shape);
            } else if (name.contains("ff_proj")) {
                weights.add(name, "F32", feedForward, shape);
            } else {
                weights.add(name, "F32", shape);
            }
        });
        ModelSource source = model.in(folder);
        weights.write(folder.resolve("model.safetensors"));
        try (Checkpoint checkpoint = Checkpoint.open(source)) {
            assertRows(checkpoint.tensor(TensorRole.QUERY, 0), 8, attention, 0);
            assertRows(checkpoint.tensor(TensorRole.KEY, 0), 4, attention, 8);
            assertRows(checkpoint.tensor(TensorRole.VALUE, 0), 4, attention, 12);
            assertRows(checkpoint.tensor(TensorRole.UP, 0), 12, feedForward, 0);
            assertRows(checkpoint.tensor(TensorRole.GATE, 0), 12, feedForward, 12);
            assertTensor(checkpoint.tensor(TensorRole.TOKEN_EMBEDDING), prefix + "wte.weight", 10, 8);
            assertTensor(checkpoint.tensor(TensorRole.OUTPUT_HEAD), prefix + "ff_out.weight", 10, 8);
            assertTensor(checkpoint.tensor(TensorRole.ATTENTION_OUTPUT, 0), prefix + "blocks.0.attn_out.weight", 8, 8);
            assertTensor(checkpoint.tensor(TensorRole.DOWN, 0), prefix + "blocks.0.ff_out.weight", 8, 12);
            assertThat(checkpoint.tensor(TensorRole.KEY, 0).data().address()
                            - checkpoint.tensor(TensorRole.QUERY, 0).data().address())
                    .isEqualTo(8 * 8 * 4);
        }
    }

    @Test
    void typesMayDifferFromTensorToTensor() {
        ModelSource source = TinyModel.olmo2Grouped()
                .typed(ATTENTION + "q_proj.weight", "BF16")
                .typed(ATTENTION + "k_proj.weight", "F16")
                .in(folder);
        try (Checkpoint checkpoint = Checkpoint.open(source)) {
            assertThat(checkpoint.storedType()).isEqualTo(TensorType.BF16);
            assertThat(checkpoint.tensor(TensorRole.QUERY, 0).data().byteSize()).isEqualTo(8 * 8 * 2);
            assertThat(checkpoint.tensor(TensorRole.KEY, 0).type()).isEqualTo(TensorType.F16);
            assertThat(checkpoint.tensor(TensorRole.VALUE, 0).type()).isEqualTo(TensorType.F32);
        }
    }

    @Test
    void shardsAreOneCheckpoint() {
        try (Checkpoint checkpoint = Checkpoint.open(TinyModel.olmo2Grouped().shardedIn(folder))) {
            assertTensor(checkpoint.tensor(TensorRole.TOKEN_EMBEDDING), "model.embed_tokens.weight", 10, 8);
            assertTensor(checkpoint.tensor(TensorRole.OUTPUT_HEAD), "lm_head.weight", 10, 8);
            // 2 x 80 + 8 + 2 x 64 + 2 x 32 + 12 + 3 x 96 + 16 floats.
            assertThat(checkpoint.weightBytes()).isEqualTo(676 * 4);
        }
    }

    @Test
    void theClassPathGivesTheSameTensorsAsAFolder() throws IOException {
        for (boolean sharded : new boolean[] {false, true}) {
            Path model = Files.createDirectory(folder.resolve("sharded-" + sharded));
            ModelSource mapped = sharded
                    ? TinyModel.olmo2Grouped().shardedIn(model)
                    : TinyModel.olmo2Grouped().in(model);
            try (Checkpoint one = Checkpoint.open(mapped);
                    Checkpoint other = Checkpoint.open(new StreamsOnly(mapped))) {
                for (TensorRole role : new TensorRole[] {TensorRole.QUERY, TensorRole.DOWN, TensorRole.KEY_NORM}) {
                    assertThat(bytes(other.tensor(role, 0))).isEqualTo(bytes(one.tensor(role, 0)));
                }
                assertThat(other.weightBytes()).isEqualTo(one.weightBytes());
                assertThat(other.tensor(TensorRole.QUERY, 0).data().isReadOnly())
                        .isTrue();
            }
        }
    }

    @Test
    void closingEndsTheTensorsAndASecondCloseDoesNothing() {
        Checkpoint checkpoint = Checkpoint.open(TinyModel.olmo().in(folder));
        MemorySegment data = checkpoint.tensor(TensorRole.TOKEN_EMBEDDING).data();
        assertThatCode(() -> data.get(ValueLayout.JAVA_BYTE, 0)).doesNotThrowAnyException();
        checkpoint.close();
        assertThatIllegalStateException().isThrownBy(() -> data.get(ValueLayout.JAVA_BYTE, 0));
        assertThatCode(checkpoint::close).doesNotThrowAnyException();
    }

    @Test
    void tensorsCanBeReadByEveryThread() throws InterruptedException {
        try (Checkpoint checkpoint = Checkpoint.open(TinyModel.olmo().in(folder))) {
            MemorySegment data = checkpoint.tensor(TensorRole.TOKEN_EMBEDDING).data();
            byte[] seen = new byte[1];
            Thread reader = Thread.ofPlatform().start(() -> seen[0] = data.get(ValueLayout.JAVA_BYTE, 5));
            reader.join();
            assertThat(seen[0]).isEqualTo(data.get(ValueLayout.JAVA_BYTE, 5));
        }
    }

    @Test
    void theFingerprintStaysTheSameUntilAFileChanges() throws IOException {
        ModelSource source = TinyModel.olmo().in(folder);
        Path weights = folder.resolve("model.safetensors");
        Files.setLastModifiedTime(weights, FileTime.fromMillis(1_000_000));
        String before = fingerprint(source);
        assertThat(before).matches("[0-9a-f]{64}").isEqualTo(fingerprint(source));

        Files.setLastModifiedTime(weights, FileTime.fromMillis(2_000_000));
        assertThat(fingerprint(source)).isNotEqualTo(before);
        Files.setLastModifiedTime(weights, FileTime.fromMillis(1_000_000));
        assertThat(fingerprint(source)).isEqualTo(before);

        Files.writeString(folder.resolve("generation_config.json"), "{}");
        String withGenerationConfig = fingerprint(source);
        assertThat(withGenerationConfig).isNotEqualTo(before);
        Files.writeString(folder.resolve("config.json"), TinyModel.olmo().config() + " ");
        assertThat(fingerprint(source)).isNotEqualTo(withGenerationConfig);
    }

    @Test
    void theFingerprintOfTheClassPathCoversTheContent() throws IOException {
        ModelSource source = new StreamsOnly(TinyModel.olmo().in(folder));
        String before = fingerprint(source);
        assertThat(fingerprint(source)).isEqualTo(before);
        Path weights = folder.resolve("model.safetensors");
        byte[] content = Files.readAllBytes(weights);
        content[content.length - 1] ^= 1;
        Files.write(weights, content);
        assertThat(fingerprint(source)).isNotEqualTo(before);
    }

    @Test
    void generationDefaultsAreReadWhereTheyAreThere() throws IOException {
        ModelSource source = TinyModel.olmo().in(folder);
        try (Checkpoint checkpoint = Checkpoint.open(source)) {
            assertThat(checkpoint.generationDefaults()).isEqualTo(GenerationDefaults.NONE);
        }
        Files.writeString(folder.resolve("generation_config.json"), "{\"eos_token_id\":[0,3],\"temperature\":0.6}");
        try (Checkpoint checkpoint = Checkpoint.open(source)) {
            assertThat(checkpoint.generationDefaults().endOfTextIds()).containsExactly(0, 3);
            assertThat(checkpoint.generationDefaults().temperature()).hasValue(0.6);
        }
    }

    private static String fingerprint(ModelSource source) {
        try (Checkpoint checkpoint = Checkpoint.open(source)) {
            return checkpoint.fingerprint();
        }
    }

    private static void assertTensor(Tensor tensor, String name, int rows, int columns) {
        assertThat(tensor.name()).isEqualTo(name);
        assertThat(tensor.rows()).as("rows of %s", name).isEqualTo(rows);
        assertThat(tensor.columns()).as("columns of %s", name).isEqualTo(columns);
        assertThat(tensor.data().byteSize()).as("bytes of %s", name).isEqualTo(4L * rows * columns);
    }

    private static void assertRows(Tensor tensor, int rows, byte[] stacked, int firstRow) {
        assertThat(tensor.rows()).isEqualTo(rows);
        assertThat(tensor.columns()).isEqualTo(8);
        assertThat(bytes(tensor)).isEqualTo(Arrays.copyOfRange(stacked, firstRow * 32, (firstRow + rows) * 32));
    }

    private static byte[] bytes(Tensor tensor) {
        return tensor.data().toArray(ValueLayout.JAVA_BYTE);
    }

    /** Bytes whose rows of 32 all differ. */
    private static byte[] firstBytes(int count, int salt) {
        byte[] bytes = new byte[count];
        for (int i = 0; i < count; i++) {
            bytes[i] = (byte) (i / 32 * 7 + i + salt);
        }
        return bytes;
    }
}
