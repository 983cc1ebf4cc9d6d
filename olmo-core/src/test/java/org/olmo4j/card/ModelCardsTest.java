package org.olmo4j.card;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.olmo4j.spec.Family;
import org.olmo4j.spec.OlmoSpec;
import org.olmo4j.spec.OlmoSpecReader;

/** Expected values are those of the cards' tables; shapes are those of the releases' config.json. */
class ModelCardsTest {

    private static final long BILLION = 1_000_000_000L;

    static Stream<Arguments> releases() {
        return Stream.of(
                Arguments.of(Family.OLMO, 16, 2048, 16, 4096, "OLMo-7B-0724-hf", sizes("OLMo 1B July 2024", 3_050)),
                Arguments.of(
                        Family.OLMO,
                        32,
                        4096,
                        32,
                        4096,
                        "OLMo-7B-0724-hf",
                        List.of("OLMo 7B July 2024: 2750", "OLMo 7B April 2024: 2050")),
                Arguments.of(Family.OLMO2, 16, 2048, 16, 4096, "OLMo-2-0425-1B", sizes("OLMo 2 1B", 4_000)),
                Arguments.of(Family.OLMO2, 32, 4096, 32, 4096, "OLMo-2-0425-1B", sizes("OLMo 2 7B", 4_000)),
                Arguments.of(Family.OLMO2, 40, 5120, 40, 4096, "OLMo-2-0425-1B", sizes("OLMo 2 13B", 5_000)),
                Arguments.of(Family.OLMO2, 64, 5120, 40, 4096, "OLMo-2-0425-1B", sizes("OLMo 2 32B", 6_000)),
                Arguments.of(Family.OLMO3, 32, 4096, 32, 65536, "Olmo-3-1125-32B", sizes("Olmo 3 7B", 5_930)),
                Arguments.of(Family.OLMO3, 64, 5120, 40, 65536, "Olmo-3-1125-32B", sizes("Olmo 3 32B", 5_500)),
                Arguments.of(Family.OLMOE, 16, 2048, 16, 4096, "OLMoE-1B-7B-0125", sizes("OLMoE 1B-7B", 5_133)));
    }

    private static List<String> sizes(String name, long billions) {
        return List.of(name + ": " + billions);
    }

    @ParameterizedTest
    @MethodSource("releases")
    void aReleaseIsKnownByFamilyAndShape(
            Family family, int layers, int hidden, int heads, int context, String page, List<String> sizes) {
        ModelCard card =
                ModelCards.of(spec(family, layers, hidden, heads, context)).orElseThrow();

        assertThat(card.source()).isEqualTo("https://huggingface.co/allenai/" + page);
        assertThat(card.licence()).isEqualTo("Apache-2.0");
        assertThat(card.limits()).isNotEmpty();
        assertThat(card.models())
                .extracting(model -> model.name() + ": " + model.trainingTokens() / BILLION)
                .isEqualTo(sizes);
    }

    @Test
    void whatTrainingCostIsShownOnlyWhereItIsPublishedOfThatSize() {
        assertThat(ModelCards.of(spec(Family.OLMO, 32, 4096, 32, 2048))
                        .orElseThrow()
                        .training())
                .extracting(TrainingFootprint::run)
                .containsExactly("OLMo 7B Twin 2T", "OLMo 7B");
        assertThat(ModelCards.of(spec(Family.OLMO, 16, 2048, 16, 2048))
                        .orElseThrow()
                        .training())
                .isEmpty();
        assertThat(ModelCards.olmo2().training()).isEmpty();
    }

    @Test
    void cutoffsAreThoseOfTheCardsAndOlmoesSaysNone() {
        assertThat(ModelCards.olmo0724().dataCutoff())
                .hasValueSatisfying(cutoff -> assertThat(cutoff).startsWith("October 2023"));
        assertThat(ModelCards.olmo2().dataCutoff()).isEqualTo(Optional.of("December 2023"));
        assertThat(ModelCards.olmo3().dataCutoff()).isEqualTo(Optional.of("December 2024"));
        assertThat(ModelCards.olmoe().dataCutoff()).isEmpty();
    }

    @Test
    void noCardIsGivenToAShapeThatWasNotReleased() {
        assertThat(ModelCards.of(spec(Family.OLMO2, 4, 128, 4, 512))).isEmpty();
        assertThat(ModelCards.of(spec(Family.OLMO3, 32, 4096, 32, 4096))).isEmpty();
    }

    /** Of a config.json with these values, and all others by default. */
    private static OlmoSpec spec(Family family, int layers, int hidden, int heads, int context) {
        String config = """
            {"model_type": "%s", "num_hidden_layers": %d, "hidden_size": %d, "num_attention_heads": %d, "num_key_value_heads": %d,
             "intermediate_size": 1024, "max_position_embeddings": %d, "vocab_size": 50304, "num_experts": 64, "num_experts_per_tok": 8}
            """.formatted(family.name().toLowerCase(Locale.ROOT), layers, hidden, heads, heads, context);
        return OlmoSpecReader.read(config.getBytes(StandardCharsets.UTF_8), "config.json");
    }
}
