package org.olmo4j.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.olmo4j.error.ModelFormatException;
import org.olmo4j.hub.ModelSource;

class ShardIndexTest {

    private static final String QUERY = "model.layers.0.self_attn.q_proj.weight";
    private static final String HEAD = "lm_head.weight";

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "../outside.safetensors",
                "/etc/outside.safetensors",
                "folder/inside.safetensors",
                "..\\\\outside.safetensors",
                "C:outside.safetensors",
                "\\u0000.safetensors",
                "..",
                "",
                "config.json",
                "pytorch_model-00001-of-00002.bin"
            })
    void onlyPlainNamesOfSafetensorsFilesAreTaken(String shard) {
        assertThatExceptionOfType(ModelFormatException.class)
                .isThrownBy(() -> read("{\"weight_map\":{\"a\":\"" + shard + "\"}}"))
                .withMessageContainingAll("index.json", "weight_map.a", "plain name");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"weight_map\":null}",
                "{\"weight_map\":{}}",
                "{\"weight_map\":[]}",
                "{\"weight_map\":\"model.safetensors\"}",
                "{\"weight_map\":{\"a\":null}}",
                "{\"weight_map\":{\"a\":1}}",
                "{\"weight_map\":{\"a\":[\"model.safetensors\"]}}",
                "{\"weight_map\":{\"a\":\"1.safetensors\",\"a\":\"2.safetensors\"}}",
                "{\"metadata\":7,\"weight_map\":{\"a\":\"1.safetensors\"}}",
                "{\"metadata\":{\"total_size\":-1},\"weight_map\":{\"a\":\"1.safetensors\"}}",
                "{\"metadata\":{\"total_size\":\"4\"},\"weight_map\":{\"a\":\"1.safetensors\"}}",
                "{\"weight_map\":{\"a\":\"1.safetensors\"}",
            })
    void aBrokenIndexIsRefused(String json) {
        assertThatExceptionOfType(ModelFormatException.class)
                .isThrownBy(() -> read(json))
                .withMessageContaining("index.json");
    }

    @Test
    void theTotalSizeMayBeAbsentOrAWholeNumberInFloatingPoint() {
        assertThat(read("{\"weight_map\":{\"a\":\"1.safetensors\"}}").totalBytes())
                .isEmpty();
        assertThat(read("{\"metadata\":{\"total_size\":13476839424.0},\"weight_map\":{\"a\":\"1.safetensors\"}}")
                        .totalBytes())
                .hasValue(13_476_839_424L);
    }

    @Test
    void aTotalSizeThatIsNotTheSumIsRefused() throws IOException {
        ModelSource source = TinyModel.olmo().shardedIn(folder);
        edit("\"total_size\":2816", "\"total_size\":2812");
        assertRefused(source, "metadata.total_size is 2812", "2816 bytes");
    }

    @Test
    void aMissingShardIsNamed() throws IOException {
        ModelSource source = TinyModel.olmo().shardedIn(folder);
        Files.delete(folder.resolve(TinyModel.shard(1)));
        assertRefused(source, TinyModel.shard(1), "which is not there");
    }

    @Test
    void aTensorInAnotherShardThanTheIndexSaysIsNamed() throws IOException {
        ModelSource source = TinyModel.olmo().shardedIn(folder);
        edit("\"" + HEAD + "\":\"" + TinyModel.shard(1), "\"" + HEAD + "\":\"" + TinyModel.shard(0));
        assertRefused(source, HEAD, "is in " + TinyModel.shard(1), "says " + TinyModel.shard(0));
    }

    @Test
    void aTensorThatTheIndexDoesNotNameIsNamed() throws IOException {
        ModelSource source = TinyModel.olmo().shardedIn(folder);
        edit("\"" + HEAD + "\":\"" + TinyModel.shard(1) + "\",", "");
        assertRefused(source, HEAD, "does not name it");
    }

    @Test
    void aTensorThatNoShardHasIsNamed() throws IOException {
        ModelSource source = TinyModel.olmo().shardedIn(folder);
        edit("\"weight_map\":{", "\"weight_map\":{\"ghost\":\"" + TinyModel.shard(0) + "\",");
        assertRefused(source, "names the tensor ghost in " + TinyModel.shard(0) + " which the shards do not have");
    }

    @Test
    void aTensorInTwoShardsIsNamed() throws IOException {
        ModelSource source = TinyModel.olmo().shardedIn(folder);
        new SafetensorsWriter(9)
                .add(QUERY, "F32", 8, 8)
                .add(HEAD, "F32", 10, 8)
                .write(folder.resolve(TinyModel.shard(0)));
        assertRefused(source, HEAD, "is in " + TinyModel.shard(0), "says " + TinyModel.shard(1));
    }

    @Test
    void aTensorThatTheSpecNeedsIsMissedInAllShards() {
        ModelSource source = TinyModel.olmo().without(QUERY).shardedIn(folder);
        assertRefused(source, folder.toString(), "lacks the tensor " + QUERY);
    }

    @Test
    void aBrokenShardIsNamed() throws IOException {
        ModelSource source = TinyModel.olmo().shardedIn(folder);
        Path shard = folder.resolve(TinyModel.shard(1));
        byte[] content = Files.readAllBytes(shard);
        Files.write(shard, Arrays.copyOf(content, content.length - 1));
        assertRefused(source, shard.toString(), "cut off");
    }

    @Test
    void aSingleFileIsTakenBeforeAnIndex() throws IOException {
        TinyModel.olmo().shardedIn(folder);
        ModelSource source = TinyModel.olmo().in(folder);
        Files.delete(folder.resolve(TinyModel.shard(0)));
        try (Checkpoint checkpoint = Checkpoint.open(source)) {
            assertThat(checkpoint.weightBytes()).isEqualTo(2816);
        }
    }

    private void edit(String old, String now) throws IOException {
        Path index = folder.resolve("model.safetensors.index.json");
        String content = Files.readString(index);
        assertThat(content).contains(old);
        Files.writeString(index, content.replace(old, now));
    }

    private static ShardIndex read(String json) {
        return ShardIndex.read(json.getBytes(StandardCharsets.UTF_8), "index.json");
    }

    private static void assertRefused(ModelSource source, String... parts) {
        assertThatExceptionOfType(ModelFormatException.class)
                .isThrownBy(() -> Checkpoint.open(source))
                .withMessageContainingAll(parts);
    }
}
