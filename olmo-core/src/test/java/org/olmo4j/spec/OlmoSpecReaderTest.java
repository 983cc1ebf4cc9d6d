package org.olmo4j.spec;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.olmo4j.spec.LayerSpec.Attention;
import org.olmo4j.spec.RotaryEmbedding.Scaling;

class OlmoSpecReaderTest {

    private static final LayerSpec OLMO_LAYER = full(10_000);
    private static final LayerSpec OLMO2_LAYER = full(500_000);
    private static final Scaling OLMO3_YARN = new Scaling.Yarn(8, 8192, OptionalDouble.of(1.2079441541679836), 32, 1);

    @Test
    void olmo7b() {
        assertThat(read(PublishedConfigurations.OLMO_7B))
                .isEqualTo(olmo(4096, 32, 2048, OptionalDouble.empty(), 11_008, false, 32));
    }

    @Test
    void olmo1bTiesItsEmbeddings() {
        assertThat(read(PublishedConfigurations.OLMO_1B))
                .isEqualTo(olmo(2048, 16, 2048, OptionalDouble.empty(), 8192, true, 16));
    }

    @Test
    void olmo7b0424ClipsAtEight() {
        assertThat(read(PublishedConfigurations.OLMO_7B_0424))
                .isEqualTo(olmo(4096, 32, 4096, OptionalDouble.of(8), 11_008, false, 32));
    }

    @Test
    void olmo2Of1b() {
        assertThat(read(PublishedConfigurations.OLMO_2_1B)).isEqualTo(olmo2(2048, 16, 16, 8192, 16));
    }

    @Test
    void olmo2Of32bGroupsItsQueries() {
        OlmoSpec spec = read(PublishedConfigurations.OLMO_2_32B);
        assertThat(spec).isEqualTo(olmo2(5120, 40, 8, 27_648, 64));
        assertThat(spec.queryWidth()).isEqualTo(5120);
        assertThat(spec.keyValueWidth()).isEqualTo(1024);
        assertThat(spec.layerCount()).isEqualTo(64);
    }

    @ParameterizedTest
    @ValueSource(strings = {"olmo_1124", "olmo2"})
    void theEarlyNameOfOlmo2IsTheSame(String modelType) {
        assertThat(read(PublishedConfigurations.OLMO_2_1B.replace("\"olmo2\"", "\"" + modelType + "\"")))
                .isEqualTo(olmo2(2048, 16, 16, 8192, 16));
    }

    @Test
    void olmo3ScalesOnlyItsFullAttentionLayers() {
        OlmoSpec spec = read(PublishedConfigurations.OLMO_3_7B);
        assertThat(spec.family()).isEqualTo(Family.OLMO3);
        assertThat(spec.vocabularySize()).isEqualTo(100_278);
        assertThat(spec.contextLength()).isEqualTo(65_536);
        assertThat(spec.normalization()).isEqualTo(new Normalization.RmsNorm(1e-6f));
        assertThat(spec.normPlacement()).isEqualTo(NormPlacement.ON_BRANCH_OUTPUT);
        assertThat(spec.queryKeyNorm()).isTrue();
        assertThat(spec.layers()).hasSize(32);
        for (int layer = 0; layer < 32; layer++) {
            assertThat(spec.layers().get(layer))
                    .as("layer %d", layer)
                    .isEqualTo(layer % 4 == 3 ? olmo3Full() : olmo3Sliding());
        }
    }

    @Test
    void layerTypesOfOlmo3DefaultToEveryFourthFull() {
        String withoutTypes = PublishedConfigurations.OLMO_3_7B.replaceFirst("\"layer_types\":\\[[^]]*],", "");
        assertThat(withoutTypes).doesNotContain("layer_types");
        assertThat(read(withoutTypes)).isEqualTo(read(PublishedConfigurations.OLMO_3_7B));
    }

    @Test
    void olmoeChoosesExpertsWithoutRenormalizing() {
        OlmoSpec spec = read(PublishedConfigurations.OLMOE_1B_7B);
        assertThat(spec.family()).isEqualTo(Family.OLMOE);
        assertThat(spec.feedForward()).isEqualTo(new FeedForward.MixtureOfExperts(1024, 64, 8, false));
        assertThat(spec.normalization()).isEqualTo(new Normalization.RmsNorm(1e-5f));
        assertThat(spec.normPlacement()).isEqualTo(NormPlacement.BEFORE_BRANCH);
        assertThat(spec.queryKeyNorm()).isTrue();
        assertThat(spec.queryKeyValueClip()).isEmpty();
        assertThat(spec.layers()).isEqualTo(Collections.nCopies(16, OLMO_LAYER));
    }

    @Test
    void olmoeTakesTheOtherNameOfItsExpertsToo() {
        assertThat(read(PublishedConfigurations.OLMOE_1B_7B.replace("num_experts\"", "num_local_experts\"")))
                .isEqualTo(read(PublishedConfigurations.OLMOE_1B_7B));
    }

    @ParameterizedTest
    @ValueSource(strings = {"hf_olmo", "olmo"})
    void originalKeysDescribeTheSameModelInTheOriginalLayout(String modelType) {
        OlmoSpec spec = read(PublishedConfigurations.ORIGINAL_7B.replace("hf_olmo", modelType));
        assertThat(spec.layout()).isEqualTo(TensorLayout.ORIGINAL);
        assertThat(spec)
                .usingRecursiveComparison()
                .ignoringFields("layout")
                .isEqualTo(read(PublishedConfigurations.OLMO_7B));
    }

    @Test
    void originalSizesFollowFromOthersWhereAbsent() {
        OlmoSpec spec = read(PublishedConfigurations.ORIGINAL_7B
                .replace("\"mlp_hidden_size\":22016", "\"mlp_hidden_size\":null")
                .replace("\"embedding_size\":50304", "\"embedding_size\":null"));
        // mlp_ratio 4 times d_model 4096 counts gate and up together.
        assertThat(spec.feedForward()).isEqualTo(new FeedForward.Dense(8192));
        assertThat(spec.vocabularySize()).isEqualTo(50_280);
    }

    @Test
    void originalMultiQueryAttentionHasOneKeyValueHead() {
        assertThat(read(originalWith("\"multi_query_attention\":true")).keyValueHeads())
                .isEqualTo(1);
        assertThat(read(originalWith("\"multi_query_attention\":true,\"n_kv_heads\":1"))
                        .keyValueHeads())
                .isEqualTo(1);
        assertThat(read(originalWith("\"multi_query_attention\":null,\"n_kv_heads\":8"))
                        .keyValueHeads())
                .isEqualTo(8);
    }

    @Test
    void originalLayerNormMayBeOfLowPrecision() {
        assertThat(read(PublishedConfigurations.ORIGINAL_7B.replace(
                        "\"layer_norm_type\":\"default\"", "\"layer_norm_type\":\"low_precision\"")))
                .isEqualTo(read(PublishedConfigurations.ORIGINAL_7B));
    }

    @Test
    void newSpellingForAllLayersEqualsTheOldOne() {
        String now = PublishedConfigurations.OLMO_2_1B
                .replace(
                        "\"rope_scaling\":null,\"rope_theta\":500000",
                        "\"rope_parameters\":{\"rope_theta\":500000,\"rope_type\":\"default\"}")
                .replace("torch_dtype", "dtype");
        assertThat(now).contains("rope_parameters", "\"dtype\"");
        assertThat(read(now)).isEqualTo(read(PublishedConfigurations.OLMO_2_1B));
    }

    @Test
    void newSpellingByLayerTypeEqualsTheOldOne() {
        assertThat(read(olmo3With("""
            "rope_parameters":{"full_attention":{"rope_type":"yarn","rope_theta":500000,"factor":8.0,
            "original_max_position_embeddings":8192,"attention_factor":1.2079441541679836,
            "beta_fast":32.0,"beta_slow":1.0},
            "sliding_attention":{"rope_type":"default","rope_theta":500000.0}}\
            """))).isEqualTo(read(PublishedConfigurations.OLMO_3_7B));
    }

    @Test
    void newSpellingForAllLayersOfOlmo3ScalesOnlyFullAttentionLayersToo() {
        assertThat(read(olmo3With("""
            "rope_parameters":{"rope_type":"yarn","rope_theta":500000,"factor":8.0,
            "original_max_position_embeddings":8192,"attention_factor":1.2079441541679836}\
            """))).isEqualTo(read(PublishedConfigurations.OLMO_3_7B));
    }

    @Test
    void theThetaBesideNestedParametersHoldsWhereTheyHaveNone() {
        OlmoSpec spec = read(olmo3With("""
            "rope_theta":20000,"rope_parameters":{"sliding_attention":{"rope_type":"default"},
            "full_attention":{"rope_type":"linear","factor":2}}\
            """));
        assertThat(spec.layers().get(0).rotaryEmbedding()).isEqualTo(new RotaryEmbedding(20_000, new Scaling.None()));
        assertThat(spec.layers().get(3).rotaryEmbedding())
                .isEqualTo(new RotaryEmbedding(20_000, new Scaling.Linear(2)));
    }

    @Test
    void aThetaOtherThanTheDefaultHoldsInTheWindowLayersToo() {
        OlmoSpec spec =
                read(PublishedConfigurations.OLMO_3_7B.replace("\"rope_theta\":500000", "\"rope_theta\":20000"));
        assertThat(spec.layers())
                .allSatisfy(layer -> assertThat(layer.rotaryEmbedding().theta()).isEqualTo(20_000));
    }

    @ParameterizedTest
    @ValueSource(strings = {"type", "rope_type"})
    void bothNamesOfTheScalingsTypeAreKnown(String key) {
        OlmoSpec spec = read(PublishedConfigurations.OLMO_7B.replace(
                "\"rope_scaling\":null", "\"rope_scaling\":{\"" + key + "\":\"linear\",\"factor\":2.0}"));
        assertThat(spec.layers().getFirst().rotaryEmbedding())
                .isEqualTo(new RotaryEmbedding(10_000, new Scaling.Linear(2)));
    }

    @Test
    void yarnHasTransformersDefaults() {
        OlmoSpec spec = read(PublishedConfigurations.OLMO_2_1B.replace(
                "\"rope_scaling\":null", "\"rope_scaling\":{\"rope_type\":\"yarn\",\"factor\":4}"));
        assertThat(spec.layers().getFirst().rotaryEmbedding().scaling())
                .isEqualTo(new Scaling.Yarn(4, 4096, OptionalDouble.empty(), 32, 1));
    }

    @Test
    void absentKeysHaveTransformersDefaults() {
        String sizes = """
            "hidden_size":64,"intermediate_size":128,"num_attention_heads":4,"num_hidden_layers":2,"vocab_size":100}\
            """;
        assertThat(read("{\"model_type\":\"olmo\"," + sizes).contextLength()).isEqualTo(2048);
        OlmoSpec olmo2 = read("{\"model_type\":\"olmo2\"," + sizes);
        assertThat(olmo2.keyValueHeads()).isEqualTo(4);
        assertThat(olmo2.headSize()).isEqualTo(16);
        assertThat(olmo2.normalization()).isEqualTo(new Normalization.RmsNorm(1e-5f));
        assertThat(olmo2.layers()).isEqualTo(Collections.nCopies(2, OLMO_LAYER));
        assertThat(olmo2.tiedEmbeddings()).isFalse();
        assertThat(olmo2.attentionBias()).isFalse();
        assertThat(olmo2.endOfTextIds()).isEmpty();
        OlmoSpec olmo3 = read("{\"model_type\":\"olmo3\"," + sizes);
        assertThat(olmo3.layers())
                .isEqualTo(Collections.nCopies(
                        2,
                        new LayerSpec(
                                new Attention.SlidingWindow(4096), new RotaryEmbedding(500_000, new Scaling.None()))));
        OlmoSpec olmoe = read("{\"model_type\":\"olmoe\"," + sizes);
        assertThat(olmoe.contextLength()).isEqualTo(4096);
        assertThat(olmoe.feedForward()).isEqualTo(new FeedForward.MixtureOfExperts(128, 64, 8, false));
    }

    /** transformers fixes the epsilon of OLMo 1, and never read {@code pretraining_tp}. */
    @Test
    void keysThatOlmo1DoesNotHaveAreIgnored() {
        assertThat(read(PublishedConfigurations.OLMO_7B.replace(
                        "\"pretraining_tp\":1", "\"pretraining_tp\":4,\"rms_norm_eps\":0.5,\"sliding_window\":7")))
                .isEqualTo(read(PublishedConfigurations.OLMO_7B));
    }

    @Test
    void headsMayBeOfAnotherSizeThanTheHiddenSizeDividedByThem() {
        OlmoSpec spec =
                read(PublishedConfigurations.OLMO_2_1B.replace("\"hidden_size\"", "\"head_dim\":64,\"hidden_size\""));
        assertThat(spec.headSize()).isEqualTo(64);
        assertThat(spec.queryWidth()).isEqualTo(1024);
    }

    @Test
    void biasesOfTheAttentionAreTaken() {
        assertThat(read(PublishedConfigurations.OLMO_2_1B.replace(
                                "\"attention_bias\":false", "\"attention_bias\":true"))
                        .attentionBias())
                .isTrue();
    }

    @Test
    void severalEndOfTextIdsAreTaken() {
        assertThat(read(PublishedConfigurations.OLMO_2_1B.replace(
                                "\"eos_token_id\":100257", "\"eos_token_id\":[100257,100265]"))
                        .endOfTextIds())
                .containsExactly(100_257, 100_265);
    }

    private static OlmoSpec olmo(
            int hidden, int heads, int context, OptionalDouble clip, int intermediate, boolean tied, int layers) {
        return new OlmoSpec(
                Family.OLMO,
                TensorLayout.HUGGING_FACE,
                50_304,
                hidden,
                heads,
                heads,
                128,
                context,
                new Normalization.NonParametricLayerNorm(1e-5f),
                NormPlacement.BEFORE_BRANCH,
                false,
                clip,
                false,
                new FeedForward.Dense(intermediate),
                tied,
                Collections.nCopies(layers, OLMO_LAYER),
                List.of(50_279));
    }

    private static OlmoSpec olmo2(int hidden, int heads, int keyValueHeads, int intermediate, int layers) {
        return new OlmoSpec(
                Family.OLMO2,
                TensorLayout.HUGGING_FACE,
                100_352,
                hidden,
                heads,
                keyValueHeads,
                128,
                4096,
                new Normalization.RmsNorm(1e-6f),
                NormPlacement.ON_BRANCH_OUTPUT,
                true,
                OptionalDouble.empty(),
                false,
                new FeedForward.Dense(intermediate),
                false,
                Collections.nCopies(layers, OLMO2_LAYER),
                List.of(100_257));
    }

    private static LayerSpec full(double theta) {
        return new LayerSpec(new Attention.Full(), new RotaryEmbedding(theta, new Scaling.None()));
    }

    private static LayerSpec olmo3Full() {
        return new LayerSpec(new Attention.Full(), new RotaryEmbedding(500_000, OLMO3_YARN));
    }

    private static LayerSpec olmo3Sliding() {
        return new LayerSpec(new Attention.SlidingWindow(4096), new RotaryEmbedding(500_000, new Scaling.None()));
    }

    private static String olmo3With(String rotaryKeys) {
        return PublishedConfigurations.OLMO_3_7B
                .replaceFirst("\"rope_scaling\":\\{[^}]*}", rotaryKeys)
                .replace("\"rope_theta\":500000,\"sliding_window\"", "\"sliding_window\"");
    }

    private static String originalWith(String keys) {
        return PublishedConfigurations.ORIGINAL_7B.replace("\"multi_query_attention\":false", keys);
    }

    private static OlmoSpec read(String json) {
        return OlmoSpecReader.read(json.getBytes(StandardCharsets.UTF_8), "config.json");
    }
}
