package org.olmo4j.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.olmo4j.error.ModelFormatException;
import org.olmo4j.hub.ModelSource;

class CheckpointErrorsTest {

    private static final String QUERY = "model.layers.0.self_attn.q_proj.weight";

    @TempDir
    Path folder;

    @Test
    void everyMissingTensorIsNamedWithItsFileAndShape() {
        for (TinyModel complete : new TinyModel[] {TinyModel.olmo(), TinyModel.olmo2Grouped(), TinyModel.olmoe()}) {
            for (Map.Entry<String, int[]> tensor : Map.copyOf(complete.shapes()).entrySet()) {
                ModelSource source = complete.without(tensor.getKey()).in(folder);
                assertRefused(
                        source,
                        folder.resolve("model.safetensors").toString(),
                        "lacks the tensor " + tensor.getKey(),
                        Arrays.toString(tensor.getValue()));
                complete.with(tensor.getKey(), tensor.getValue());
            }
        }
    }

    @Test
    void everyWrongShapeIsNamedWithTheExpectedOne() {
        TinyModel model = TinyModel.olmo2Grouped();
        for (Map.Entry<String, int[]> tensor : Map.copyOf(model.shapes()).entrySet()) {
            int[] longer = tensor.getValue().clone();
            longer[longer.length - 1]++;
            ModelSource source = model.with(tensor.getKey(), longer).in(folder);
            assertRefused(
                    source,
                    folder.resolve("model.safetensors").toString(),
                    tensor.getKey(),
                    "has shape " + Arrays.toString(longer),
                    "asks for " + Arrays.toString(tensor.getValue()));
            model.with(tensor.getKey(), tensor.getValue());
        }
    }

    @Test
    void aMatrixIsNoVectorAndTheReverse() {
        assertRefused(TinyModel.olmo().with(QUERY, 64).in(folder), QUERY, "[64]", "[8, 8]");
        assertRefused(
                TinyModel.olmo2Grouped().with("model.norm.weight", 1, 8).in(folder),
                "model.norm.weight",
                "[1, 8]",
                "[8]");
    }

    @Test
    void aTransposedMatrixIsRefused() {
        String down = "model.layers.0.mlp.down_proj.weight";
        assertRefused(TinyModel.olmo().with(down, 12, 8).in(folder), down, "[12, 8]", "[8, 12]");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "model.layers.1.self_attn.q_proj.weight",
                "model.norm.weight",
                "model.layers.0.self_attn.q_proj.bias",
                "lm_head.bias",
                "rotary_emb.inv_freq.weight",
                "x"
            })
    void anExtraTensorIsNamed(String name) {
        assertRefused(
                TinyModel.olmo().with(name, 8).in(folder),
                folder.resolve("model.safetensors").toString(),
                "has the tensor " + name + " which config.json, of the family OLMO, does not ask for");
    }

    @Test
    void anOutputHeadBesideTiedEmbeddingsMustHaveTheirShape() {
        assertRefused(
                TinyModel.olmoTied().with("lm_head.weight", 10, 9).in(folder), "lm_head.weight", "[10, 9]", "[10, 8]");
    }

    @Test
    void aConfigOfAnotherFamilyIsRefused() {
        assertRefused(TinyModel.olmo().configured("\"olmo\"", "\"olmo2\"").in(folder), "lacks the tensor");
        assertRefused(
                TinyModel.olmo2Grouped().configured("\"olmo2\"", "\"olmo\"").in(folder),
                "has the tensor",
                "and 4 more");
        assertRefused(
                TinyModel.olmo()
                        .configured("\"num_hidden_layers\":1", "\"num_hidden_layers\":2")
                        .in(folder),
                "model.layers.1.");
    }

    @Test
    void aMixOfBothPrefixesOfTheOriginalLayoutIsRefused() {
        assertRefused(
                TinyModel.original("model.transformer.")
                        .without("model.transformer.wte.weight")
                        .with("transformer.wte.weight", 10, 8)
                        .in(folder),
                "lacks the tensor transformer.ff_out.weight");
    }

    @Test
    void aFolderWithoutWeightsIsRefused() throws IOException {
        Files.writeString(folder.resolve("config.json"), TinyModel.olmo().config());
        assertRefused(ModelSource.of(folder.toString()), folder.toString(), "neither model.safetensors nor");
    }

    @ParameterizedTest
    @ValueSource(strings = {"pytorch_model.bin", "pytorch_model.bin.index.json", "model.pt"})
    void weightsInAnotherFormatAreRefusedWithTheWayToConvertThem(String name) throws IOException {
        Files.writeString(folder.resolve("config.json"), TinyModel.olmo().config());
        Files.writeString(folder.resolve(name), "");
        assertRefused(ModelSource.of(folder.toString()), name, "Convert", "save_pretrained");
    }

    @Test
    void aConfigThatVanishedIsNamed() throws IOException {
        ModelSource source = TinyModel.olmo().in(folder);
        Files.delete(folder.resolve("config.json"));
        assertRefused(source, "has no config.json");
    }

    @Test
    void anOversizedConfigIsRefused() throws IOException {
        ModelSource source = TinyModel.olmo().in(folder);
        Files.writeString(folder.resolve("config.json"), TinyModel.olmo().config() + " ".repeat(1 << 20));
        assertRefused(source, folder.resolve("config.json").toString(), "larger than 1048576 bytes");
    }

    @Test
    void aFolderInPlaceOfTheWeightsIsRefused() throws IOException {
        Files.writeString(folder.resolve("config.json"), TinyModel.olmo().config());
        Files.createDirectory(folder.resolve("model.safetensors"));
        assertRefused(ModelSource.of(folder.toString()), folder.toString(), "not a regular file");
    }

    @Test
    void aSourceThatFailsIsATypedErrorWithItsCause() {
        ModelSource source = TinyModel.olmo().in(folder);
        ModelSource failing = new ModelSource() {
            @Override
            public String location() {
                return "classpath:tiny";
            }

            @Override
            public Optional<InputStream> open(String fileName) throws IOException {
                if (fileName.equals("model.safetensors")) {
                    throw new IOException("the disk is gone");
                }
                return source.open(fileName);
            }

            @Override
            public Optional<Path> path(String fileName) {
                return Optional.empty();
            }
        };
        assertThatExceptionOfType(ModelFormatException.class)
                .isThrownBy(() -> Checkpoint.open(failing))
                .withMessageContainingAll("classpath:tiny", "the disk is gone")
                .withCauseInstanceOf(IOException.class);
    }

    @Test
    void aStreamThatBreaksOffWithinTheHeaderOrTheDataIsATypedError() throws IOException {
        ModelSource source = TinyModel.olmo().in(folder);
        byte[] whole = Files.readAllBytes(folder.resolve("model.safetensors"));
        for (int length : new int[] {0, 7, 8, 9, 100, whole.length - 1}) {
            ModelSource cut = new ModelSource() {
                @Override
                public String location() {
                    return "classpath:tiny";
                }

                @Override
                public Optional<InputStream> open(String fileName) throws IOException {
                    return fileName.equals("model.safetensors")
                            ? Optional.of(new ByteArrayInputStream(whole, 0, length))
                            : source.open(fileName);
                }

                @Override
                public Optional<Path> path(String fileName) {
                    return Optional.empty();
                }
            };
            assertRefused(cut, "classpath:tiny/model.safetensors");
        }
    }

    /** The first shard grows while the second one is opened. */
    @Test
    void aShardThatChangesWhileTheCheckpointIsOpenedIsNoticed() {
        ModelSource source = TinyModel.olmo().shardedIn(folder);
        Path first = folder.resolve(TinyModel.shard(0));
        ModelSource changing = new ModelSource() {
            @Override
            public String location() {
                return source.location();
            }

            @Override
            public Optional<InputStream> open(String fileName) throws IOException {
                return source.open(fileName);
            }

            @Override
            public Optional<Path> path(String fileName) {
                if (fileName.equals(TinyModel.shard(1))) {
                    append(first);
                }
                return source.path(fileName);
            }
        };
        assertRefused(changing, first.toString(), "changed since it was opened");
    }

    @Test
    void theMessageOfABrokenConfigNamesItsPath() throws IOException {
        ModelSource source = TinyModel.olmo()
                .configured("\"hidden_size\":8", "\"hidden_size\":0")
                .in(folder);
        assertRefused(
                source, folder.resolve("config.json") + ": hidden_size is 0", "Allowed: an integer from 1 to 65536");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        eos_token_id       | -1      | 0 to
        eos_token_id       | "7"     | 0 to
        eos_token_id       | [1,2.5] | 0 to
        do_sample          | 1       | true or false
        temperature        | -0.1    | 0 to 100
        temperature        | NaN     | 0 to 100
        temperature        | "1"     | 0 to 100
        top_k              | -1      | 0 to
        top_k              | 50.5    | 0 to
        top_p              | 0       | over 0 and at most 1
        top_p              | 1.01    | over 0 and at most 1
        min_p              | -0.1    | 0 to 1
        min_p              | 2       | 0 to 1
        repetition_penalty | 0       | over 0
        repetition_penalty | Infinity | over 0
        """)
    void aWrongGenerationDefaultIsRefusedWithFileKeyAndRange(String key, String value, String allowed)
            throws IOException {
        ModelSource source = TinyModel.olmo().in(folder);
        Path file = Files.writeString(folder.resolve("generation_config.json"), "{\"" + key + "\":" + value + "}");
        assertRefused(source, file.toString(), key, allowed);
    }

    @Test
    void allGenerationDefaultsAreRead() {
        GenerationDefaults defaults =
                GenerationConfiguration.read("""
                    {"eos_token_id":50279,"do_sample":true,"temperature":0.6,"top_k":50,"top_p":0.95,"min_p":0.05,
                    "repetition_penalty":1.1,"max_new_tokens":null,"transformers_version":"4.40.0"}\
                    """.getBytes(StandardCharsets.UTF_8), "generation_config.json");
        assertThat(defaults.endOfTextIds()).containsExactly(50_279);
        assertThat(defaults.sample()).hasValue(true);
        assertThat(defaults.temperature()).hasValue(0.6);
        assertThat(defaults.topK()).hasValue(50);
        assertThat(defaults.topP()).hasValue(0.95);
        assertThat(defaults.minP()).hasValue(0.05);
        assertThat(defaults.repetitionPenalty()).hasValue(1.1);
    }

    private static void append(Path file) {
        try {
            Files.write(file, new byte[8], StandardOpenOption.APPEND);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private static void assertRefused(ModelSource source, String... parts) {
        assertThatExceptionOfType(ModelFormatException.class)
                .isThrownBy(() -> Checkpoint.open(source))
                .withMessageContainingAll(parts);
    }
}
