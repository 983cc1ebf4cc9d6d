package org.olmo4j.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Agreement with HuggingFace tokenizers on the tokenizers of OLMo 1 and of OLMo 2 and 3. */
class TokenizerReferenceTest {

    @ParameterizedTest
    @MethodSource("org.olmo4j.text.TextReference#tokenizerNames")
    void encodesAndDecodesEachReferenceTextAsTheOriginal(String name) {
        JsonNode cases =
                TextReference.json("tokenizer_reference.json").path("cases").path(name);
        Tokenizer tokenizer = TextReference.tokenizer(name);
        assertThat(cases).hasSizeGreaterThan(40);
        for (JsonNode c : cases) {
            String text = c.path("text").asString();
            int[] ids = TextReference.ints(c.path("ids"));
            assertThat(tokenizer.encodeWithSpecialTokens(text)).as(text).containsExactly(ids);
            assertThat(tokenizer.decode(ids, false))
                    .as(text)
                    .isEqualTo(c.path("decoded").asString());
            assertThat(tokenizer.decode(ids, true))
                    .as(text)
                    .isEqualTo(c.path("decoded_skip_special").asString());
            assertThat(stream(tokenizer, ids))
                    .as(text)
                    .isEqualTo(c.path("decoded_skip_special").asString());
            JsonNode tokens = c.path("tokens");
            for (int i = 0; i < ids.length; i++) {
                assertThat(tokenizer.idOf(tokens.get(i).asString())).as(text).hasValue(ids[i]);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("org.olmo4j.text.TextReference#tokenizerNames")
    void encodesEachTextOfTheFuzzSetAsTheOriginal(String name) {
        JsonNode cases = TextReference.json("tokenizer_fuzz.json").path(name);
        Tokenizer tokenizer = TextReference.tokenizer(name);
        assertThat(cases).hasSize(200);
        for (JsonNode c : cases) {
            String text = c.path("text").asString();
            assertThat(tokenizer.encodeWithSpecialTokens(text))
                    .as(text)
                    .containsExactly(TextReference.ints(c.path("ids")));
        }
    }

    @ParameterizedTest
    @MethodSource("org.olmo4j.text.TextReference#tokenizerNames")
    void encodesUntrustedTextAsTheOriginalWhereItHasNoSpecialToken(String name) {
        Tokenizer tokenizer = TextReference.tokenizer(name);
        int compared = 0;
        for (JsonNode c : TextReference.json("tokenizer_fuzz.json").path(name)) {
            String text = c.path("text").asString();
            if (tokenizer.specialTokens().stream().noneMatch(text::contains)) {
                assertThat(tokenizer.encode(text)).as(text).containsExactly(TextReference.ints(c.path("ids")));
                compared++;
            }
        }
        assertThat(compared).isGreaterThan(100);
    }

    @ParameterizedTest
    @MethodSource("org.olmo4j.text.TextReference#tokenizerNames")
    void decodesEachSequenceOfIdsAsTheOriginal(String name) {
        Tokenizer tokenizer = TextReference.tokenizer(name);
        JsonNode cases = TextReference.json("tokenizer_decode.json").path(name);
        assertThat(cases).hasSize(18);
        for (JsonNode c : cases) {
            int[] ids = TextReference.ints(c.path("ids"));
            assertThat(tokenizer.decode(ids, false))
                    .as("%s", c)
                    .isEqualTo(c.path("text").asString());
            assertThat(tokenizer.decode(ids, true))
                    .as("%s", c)
                    .isEqualTo(c.path("text_skip").asString());
            assertThat(stream(tokenizer, ids))
                    .as("%s", c)
                    .isEqualTo(c.path("text_skip").asString());
        }
    }

    @ParameterizedTest
    @MethodSource("org.olmo4j.text.TextReference#tokenizerNames")
    void streamsRandomIdsToTheTextThatTheyDecodeTo(String name) {
        Tokenizer tokenizer = TextReference.tokenizer(name);
        Random random = new Random(20261124);
        for (int i = 0; i < 2000; i++) {
            // Some ids beyond the vocabulary: the padding rows of the embedding.
            int[] ids = random.ints(1 + random.nextInt(40), 0, tokenizer.vocabularySize() + 30)
                    .toArray();
            assertThat(stream(tokenizer, ids)).as("sequence %d", i).isEqualTo(tokenizer.decode(ids, true));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"gpt-neox-olmo-dolma-v1_5:50280:50279", "dolma2:100278:100257"})
    void knowsSizeAndEndOfText(String expected) {
        String[] parts = expected.split(":");
        Tokenizer tokenizer = TextReference.tokenizer(parts[0]);
        assertThat(tokenizer.vocabularySize()).isEqualTo(Integer.parseInt(parts[1]));
        assertThat(tokenizer.tokenBytes().size()).isEqualTo(Integer.parseInt(parts[1]));
        assertThat(tokenizer.endOfTextIds()).containsExactly(Integer.parseInt(parts[2]));
        assertThat(tokenizer.isSpecial(Integer.parseInt(parts[2]))).isTrue();
    }

    static String stream(Tokenizer tokenizer, int[] ids) {
        StreamDecoder decoder = new StreamDecoder(tokenizer);
        StringBuilder text = new StringBuilder();
        for (int id : ids) {
            text.append(decoder.append(id));
        }
        return text.append(decoder.finish()).toString();
    }
}
