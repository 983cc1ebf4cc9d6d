package org.olmo4j.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Agreement with HuggingFace tokenizers for each kind of model and decoder, with tokenizers small enough to be kept here. */
class ToyTokenizerTest {

    @ParameterizedTest
    @ValueSource(strings = {"byte-level", "word-level", "word-piece", "byte-fallback", "metaspace"})
    void encodesTrustedAndUntrustedTextAsTheOriginal(String name) {
        try (Tokenizer tokenizer = Tokenizer.load(TestData.toy(name, name))) {
            JsonNode cases = TestData.json("toy-cases.json").path(name);
            assertThat(tokenizer.vocabularySize()).isEqualTo(cases.path("size").asInt());
            for (JsonNode c : cases.path("encode")) {
                String text = c.path("text").asString();
                assertThat(tokenizer.encodeWithSpecialTokens(text))
                        .as(text)
                        .containsExactly(TextReference.ints(c.path("ids")));
                assertThat(tokenizer.encode(text)).as(text).containsExactly(TextReference.ints(c.path("plain_ids")));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"byte-level", "word-level", "word-piece", "byte-fallback", "metaspace"})
    void decodesAndStreamsAsTheOriginalDecodes(String name) {
        try (Tokenizer tokenizer = Tokenizer.load(TestData.toy(name, name))) {
            for (JsonNode c : TestData.json("toy-cases.json").path(name).path("decode")) {
                int[] ids = TextReference.ints(c.path("ids"));
                assertThat(tokenizer.decode(ids, false))
                        .as("%s", c)
                        .isEqualTo(c.path("text").asString());
                assertThat(tokenizer.decode(ids, true))
                        .as("%s", c)
                        .isEqualTo(c.path("text_skip").asString());
                assertThat(TokenizerReferenceTest.stream(tokenizer, ids))
                        .as("%s", c)
                        .isEqualTo(c.path("text_skip").asString());
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"byte-level", "byte-fallback"})
    void streamsCharactersThatConsistOfManyByteTokens(String name) {
        try (Tokenizer tokenizer = Tokenizer.load(TestData.toy(name, name))) {
            String text = "a 𝔘𝔫𝔦 ༼ つ ◕_◕ ༽つ z";
            int[] ids = tokenizer.encode(text);
            assertThat(ids.length).isGreaterThan(text.length());
            assertThat(TokenizerReferenceTest.stream(tokenizer, ids)).isEqualTo(text);

            StreamDecoder decoder = new StreamDecoder(tokenizer);
            for (int id : ids) {
                assertThat(decoder.append(id)).doesNotContain("\uFFFD");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"byte-level", "word-level"})
    void bytesOfSpecialTokensAndUnknownIdsAreNone(String name) {
        try (Tokenizer tokenizer = Tokenizer.load(TestData.toy(name, name))) {
            TokenBytes bytes = tokenizer.tokenBytes();
            assertThat(bytes.bytes(tokenizer.idOf("<|endoftext|>").orElseThrow()))
                    .isEmpty();
            assertThat(bytes.bytes(-1)).isEmpty();
            assertThat(bytes.bytes(bytes.size())).isEmpty();
            String word = name.equals("byte-level") ? "fox" : " fox";
            int fox = tokenizer.idOf(name.equals("byte-level") ? "Ġfox" : "fox").orElseThrow();
            assertThat(new String(bytes.bytes(fox), StandardCharsets.UTF_8)).isEqualTo(" fox");
            assertThat(new String(bytes.leadingBytes(fox), StandardCharsets.UTF_8))
                    .isEqualTo(name.equals("byte-level") ? " fox" : "fox");
            assertThat(word).endsWith("fox");
        }
    }
}
