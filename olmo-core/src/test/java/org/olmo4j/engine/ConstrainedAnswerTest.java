package org.olmo4j.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.olmo4j.constraint.JsonSchema;
import org.olmo4j.error.InvalidRequestException;
import org.olmo4j.sampling.LogProbabilities;
import org.olmo4j.sampling.SamplingOptions;
import tools.jackson.databind.json.JsonMapper;

class ConstrainedAnswerTest {

    private static final JsonSchema MEMBER = JsonSchema.parse(
            "{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"boolean\"}},\"required\":[\"a\"],\"additionalProperties\":false}");
    private static final JsonSchema TRUTH = JsonSchema.parse("{\"type\":\"boolean\"}");
    private static final JsonSchema TEXT = JsonSchema.parse(
            "{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"string\",\"minLength\":5}},\"required\":[\"a\"]}");
    private static final JsonSchema NUMBER = JsonSchema.parse("{\"type\":\"integer\"}");
    private static final SamplingOptions DRAWN = new SamplingOptions(20, 0, 1, 0, 1, 0, 0, Map.of());

    @Test
    void anAnswerEndsWhereNothingMoreCanFollow() throws InterruptedException {
        try (Scenario scenario =
                new Scenario().answer("Q", "{\"a\": true} and more").start()) {
            GenerationResult result = scenario.run(Scenario.text("Q").jsonSchema(MEMBER));

            assertThat(result.text()).isEqualTo("{\"a\": true}");
            assertThat(result.finishReason()).isEqualTo(FinishReason.STOP);
            assertThat(result.matchedStop()).isEmpty();
            assertThat(result.usage().completionTokens()).isEqualTo("{\"a\": true}".length());
        }
    }

    @Test
    void aModelThatWouldSaySomethingElseIsHeldToTheSchema() throws InterruptedException {
        try (Scenario scenario = new Scenario().answer("Q", "Hello there").start()) {
            GenerationResult result = scenario.run(Scenario.text("Q").jsonSchema(TRUTH));

            assertThat(result.text()).isIn("true", "false");
            assertThat(result.finishReason()).isEqualTo(FinishReason.STOP);
        }
    }

    /** After its script the model wants to end: it may where a number is complete, and only there. */
    @Test
    void theModelEndsAnAnswerThatCouldGoOn() throws InterruptedException {
        try (Scenario scenario =
                new Scenario().answer("Q", "42").answer("R", "-").start()) {
            GenerationResult whole = scenario.run(Scenario.text("Q").jsonSchema(NUMBER));
            GenerationResult half = scenario.run(Scenario.text("R").jsonSchema(NUMBER));

            assertThat(whole.text()).isEqualTo("42");
            assertThat(whole.tokenIds()).endsWith(FakeTokenizer.END_OF_TEXT);
            assertThat(whole.finishReason()).isEqualTo(FinishReason.STOP);
            assertThat(half.text()).matches("-[1-9][0-9]*");
        }
    }

    @Test
    void theTokenLimitCutsAnAnswer() throws InterruptedException {
        try (Scenario scenario = new Scenario().answer("Q", "{\"a\":true}").start()) {
            GenerationResult result =
                    scenario.run(Scenario.text("Q").jsonSchema(MEMBER).maxTokens(7));

            assertThat(result.text()).isEqualTo("{\"a\":tr");
            assertThat(result.finishReason()).isEqualTo(FinishReason.LENGTH);
        }
    }

    @Test
    void anAnswerThatIsCompleteAtTheTokenLimitHasStopped() throws InterruptedException {
        try (Scenario scenario = new Scenario().answer("Q", "{\"a\":true}").start()) {
            GenerationResult result =
                    scenario.run(Scenario.text("Q").jsonSchema(MEMBER).maxTokens(10));

            assertThat(result.text()).isEqualTo("{\"a\":true}");
            assertThat(result.finishReason()).isEqualTo(FinishReason.STOP);
        }
    }

    @Test
    void everySampleIsHeldByItself() throws InterruptedException {
        try (Scenario scenario = new Scenario().start()) {
            List<Generation> samples = scenario.engine()
                    .submit(
                            Scenario.text("Q")
                                    .jsonSchema(TEXT)
                                    .sampling(DRAWN)
                                    .seed(5)
                                    .maxTokens(50)
                                    .build(),
                            4);
            List<String> texts = new ArrayList<>();
            for (Generation sample : samples) {
                GenerationResult result = sample.await();
                texts.add(result.text());
                if (result.finishReason() == FinishReason.STOP) {
                    assertThat(JsonMapper.shared()
                                    .readTree(result.text())
                                    .get("a")
                                    .asString())
                            .hasSizeGreaterThanOrEqualTo(5);
                } else {
                    assertThat(result.finishReason()).isEqualTo(FinishReason.LENGTH);
                }
            }
            assertThat(texts).allMatch(text -> text.startsWith("{\"a\":")).doesNotHaveDuplicates();
        }
    }

    @Test
    void biasDoesNotBringForbiddenTokensBack() throws InterruptedException {
        SamplingOptions biased =
                new SamplingOptions(1, 0, 1, 0, 1, 0, 0, Map.of((int) 'x', 100.0, FakeTokenizer.END_OF_TEXT, 100.0));
        try (Scenario scenario = new Scenario().start()) {
            GenerationResult result =
                    scenario.run(Scenario.text("Q").jsonSchema(MEMBER).sampling(biased));

            assertThat(result.text()).isIn("{\"a\":true}", "{\"a\":false}", "{\"a\": true}", "{\"a\": false}");
        }
    }

    @Test
    void logProbabilitiesAreThoseOfTheModelAndNotOfTheSchema() throws InterruptedException {
        try (Scenario scenario = new Scenario().answer("Q", "xyz").start()) {
            GenerationResult result =
                    scenario.run(Scenario.text("Q").jsonSchema(TRUTH).topLogProbabilities(1));

            float[] logits = scenario.model().logits(FakeTokenizer.ids("Q"));
            assertThat(result.logProbabilities().getFirst())
                    .isEqualTo(LogProbabilities.of(logits, result.tokenIds().getFirst(), 1));
            assertThat(result.logProbabilities().getFirst().top().getFirst().tokenId())
                    .isEqualTo('x');
        }
    }

    @Test
    void whatWouldEndAnAnswerElsewhereIsRefused() {
        GenerationRequest.Builder request = Scenario.text("Q").jsonSchema(TRUTH);

        assertThatExceptionOfType(InvalidRequestException.class)
                .isThrownBy(() -> request.stopStrings(List.of("}")).build())
                .satisfies(refusal -> assertThat(refusal.parameter()).isEqualTo("stop"));
        request.stopStrings(List.of());
        assertThatExceptionOfType(InvalidRequestException.class)
                .isThrownBy(() -> request.stopIds(Set.of(1)).build())
                .satisfies(refusal -> assertThat(refusal.parameter()).isEqualTo("stop_ids"));
        request.stopIds(Set.of());
        assertThatExceptionOfType(InvalidRequestException.class)
                .isThrownBy(() -> request.ignoreEndOfText(true).build())
                .satisfies(refusal -> assertThat(refusal.parameter()).isEqualTo("ignore_end_of_text"));
    }

    @Test
    void aSchemaNeedsATokenizer() {
        try (Scenario scenario = new Scenario().withoutTokenizer().start()) {
            GenerationRequest.Builder request =
                    GenerationRequest.builder(new Prompt.Tokens(new int[] {1})).jsonSchema(TRUTH);

            assertThatExceptionOfType(InvalidRequestException.class)
                    .isThrownBy(() -> scenario.submit(request))
                    .satisfies(refusal -> assertThat(refusal.parameter()).isEqualTo("json_schema"));
        }
    }

    @Test
    void aSchemaThatNothingConformsToIsRefusedWhenItIsSubmitted() {
        try (Scenario scenario = new Scenario().start()) {
            GenerationRequest.Builder request = Scenario.text("Q").jsonSchema(JsonSchema.parse("false"));

            assertThatExceptionOfType(InvalidRequestException.class)
                    .isThrownBy(() -> scenario.submit(request))
                    .satisfies(refusal -> assertThat(refusal.parameter()).isEqualTo("json_schema"));
            assertThat(scenario.engine().status().queued()).isZero();
        }
    }

    @Test
    void aCopyOfARequestKeepsItsSchema() {
        GenerationRequest request = Scenario.text("Q").jsonSchema(TRUTH).build();

        assertThat(request.mutate().build()).isEqualTo(request);
        assertThat(request.jsonSchema()).contains(TRUTH);
    }
}
