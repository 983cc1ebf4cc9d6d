package org.olmo4j.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.olmo4j.error.TokenizerException;
import org.olmo4j.hash.Sha256;

class TokenizerTest {

    private static final int MEGABYTE = 1 << 20;

    private final AtomicInteger completed = new AtomicInteger();

    @Test
    void unpairedSurrogatesCountAsReplacementCharacters() {
        try (Tokenizer tokenizer = Tokenizer.load(TestData.toy("byte-level", "toy"))) {
            String broken = "\uDC00a\uD83Db\uD83D\uDE42c\uDE42\uD83D";
            String repaired = "\uFFFDa\uFFFDb🙂c\uFFFD\uFFFD";
            assertThat(tokenizer.encode(broken)).containsExactly(tokenizer.encode(repaired));
            assertThat(tokenizer.decode(tokenizer.encode(broken), true)).isEqualTo(repaired);
            assertThat(tokenizer.encodeWithSpecialTokens(broken)).containsExactly(tokenizer.encode(repaired));
        }
    }

    static Stream<String> bombs() {
        return Stream.of(
                ".",
                "a",
                "^",
                " ",
                "\n",
                "🙂",
                "e\u0301\u0302",
                "\0",
                "\uFFFD",
                "<|endoftext|>",
                "<|",
                "1",
                "ab ",
                "\uD83D");
    }

    @ParameterizedTest
    @MethodSource("bombs")
    void longRunsOfOneCharacterCompleteAndComeBack(String unit) {
        try (Tokenizer tokenizer = Tokenizer.load(TestData.toy("byte-level", "toy"))) {
            assertComesBack(tokenizer, unit, MEGABYTE / 8);
        }
    }

    @ParameterizedTest
    @MethodSource("bombs")
    void megabytesOfOneCharacterCompleteAndComeBackWithTheTokenizersOfOlmo(String unit) {
        for (String name : TextReference.tokenizerNames()) {
            assertComesBack(TextReference.tokenizer(name), unit, MEGABYTE);
        }
    }

    private static void assertComesBack(Tokenizer tokenizer, String unit, int length) {
        String text = unit.repeat(length / unit.length());
        int[] ids = tokenizer.encode(text);
        String wellFormed = unit.equals("\uD83D") ? text.replace('\uD83D', '\uFFFD') : text;
        String expected = Normalizer.normalize(wellFormed, Normalizer.Form.NFC);
        String decoded = Normalizer.normalize(tokenizer.decode(ids, true), Normalizer.Form.NFC);
        // Not isEqualTo, which would print megabytes.
        assertThat(decoded.equals(expected)).isTrue();
        assertThat(IntStream.of(ids).noneMatch(tokenizer::isSpecial)).isTrue();
    }

    @Test
    void sizeIsTheHighestIdPlusOneAndIdsInGapsHaveNoText() {
        String json = """
            {"added_tokens": [{"id": 0, "content": "<e>", "special": true, "normalized": false,
                               "single_word": false, "lstrip": false, "rstrip": false}],
             "pre_tokenizer": {"type": "Whitespace"},
             "model": {"type": "WordLevel", "vocab": {"<e>": 0, "hello": 2, "world": 7}, "unk_token": "hello"}}\
            """;
        try (Tokenizer tokenizer = Tokenizer.load(FileModelSource.named("gaps").with("tokenizer.json", json))) {
            assertThat(tokenizer.vocabularySize()).isEqualTo(8);
            assertThat(tokenizer.encode("world hello")).containsExactly(7, 2);
            assertThat(tokenizer.decode(new int[] {5, 7, 3, 1000, 2, 6}, false)).isEqualTo("world hello");
            assertThat(TokenizerReferenceTest.stream(tokenizer, new int[] {5, 0, 7, 3, 1000, 2, 6}))
                    .isEqualTo("world hello");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '#',
            value = {
                "{\"eos_token\": \"<|im_end|>\"} # 3",
                "{\"eos_token\": {\"content\": \"<|im_end|>\", \"lstrip\": false}} # 3",
                "{\"eos_token\": null} # ",
                "{\"eos_token\": \"<no such token>\"} # ",
                "{} # "
            })
    void endOfTextIsThatOfTheConfig(String config, Integer id) {
        try (Tokenizer tokenizer =
                Tokenizer.load(TestData.toy("byte-level", "toy").with("tokenizer_config.json", config))) {
            assertThat(tokenizer.endOfTextIds()).isEqualTo(id == null ? List.of() : List.of(id));
        }
    }

    @Test
    void endOfTextIsThatOfTheSpecialTokensMapIfTheConfigHasNone() {
        FileModelSource source = TestData.toy("byte-level", "toy")
                .with("tokenizer_config.json", "{}")
                .with("special_tokens_map.json", "{\"eos_token\": {\"content\": \"<|endoftext|>\"}}");
        try (Tokenizer tokenizer = Tokenizer.load(source)) {
            assertThat(tokenizer.endOfTextIds()).containsExactly(0);
        }
    }

    @Test
    void hashIsThatOfTheFile() {
        // sha256sum of the three bytes "abc", FIPS 180-2 appendix B.1.
        assertThat(Sha256.hex("abc".getBytes(StandardCharsets.US_ASCII)))
                .isEqualTo("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        try (Tokenizer tokenizer = Tokenizer.load(TestData.toy("byte-level", "toy"))) {
            assertThat(tokenizer.hash()).isEqualTo(Sha256.hex(TestData.bytes("byte-level.json")));
        }
    }

    @Test
    void missingFileIsNamed() {
        assertThatThrownBy(() -> Tokenizer.load(FileModelSource.named("models/empty")))
                .isInstanceOf(TokenizerException.class)
                .hasMessageContainingAll("models/empty", "tokenizer.json");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{",
                "[]",
                "null",
                "{}",
                "{\"model\": 3}",
                "{\"model\": {\"type\": \"Mystery\", \"vocab\": {\"a\": 0}}}",
                "{\"model\": {\"type\": \"BPE\", \"vocab\": {}, \"merges\": []}}",
                "{\"model\": {\"type\": \"BPE\", \"vocab\": {\"a\": -1}, \"merges\": []}}",
                "{\"model\": {\"type\": \"BPE\", \"vocab\": {\"a\": 2147483647}, \"merges\": []}}",
                "{\"model\": {\"type\": \"BPE\", \"vocab\": {\"a\": 1.5}, \"merges\": []}}",
                "{\"model\": {\"type\": \"BPE\", \"vocab\": {\"a\": 0, \"b\": 0}, \"merges\": []}}",
                "{\"model\": {\"type\": \"BPE\", \"vocab\": {\"a\": 0, \"b\": 1}, \"merges\": [\"a b\"]}}",
                "{\"model\": {\"type\": \"BPE\", \"vocab\": {\"a\": 0, \"b\": 1}, \"merges\": [\"a\"]}}",
                "{\"model\": {\"type\": \"BPE\", \"vocab\": {\"a\": 0, \"b\": 1}, \"merges\": 7}}",
                "{\"model\": {\"type\": \"BPE\", \"vocab\": {\"a\": 0}, \"merges\": []}, \"decoder\": {\"type\":"
                        + " \"Mystery\"}}",
                "{\"model\": {\"type\": \"BPE\", \"vocab\": {\"a\": 0}, \"merges\": []}, \"added_tokens\": [{\"id\":"
                        + " 1}]}",
                "{\"model\": {\"type\": \"BPE\", \"vocab\": {\"a\": 0}, \"merges\": []},"
                        + " \"added_tokens\": [{\"id\": 1, \"content\": \"a\", \"special\": true}]}"
            })
    void brokenFilesAreRefusedWithTheirNameAndTheReason(String json) {
        assertThatThrownBy(() ->
                        Tokenizer.load(FileModelSource.named("models/broken").with("tokenizer.json", json)))
                .isInstanceOf(TokenizerException.class)
                .hasMessageContainingAll("models/broken", "tokenizer.json");
    }

    @Test
    void addedTokensWhoseIdsTheNativeLibraryWouldCountOtherwiseAreRefused() {
        String json = """
            {"added_tokens": [{"id": 5, "content": "<e>", "special": true, "normalized": false,
                               "single_word": false, "lstrip": false, "rstrip": false}],
             "pre_tokenizer": {"type": "Whitespace"},
             "model": {"type": "WordLevel", "vocab": {"hello": 0, "world": 1}, "unk_token": "hello"}}\
            """;
        assertThatThrownBy(() -> Tokenizer.load(FileModelSource.named("gap").with("tokenizer.json", json)))
                .isInstanceOf(TokenizerException.class)
                .hasMessageContainingAll("<e>", "5");
    }

    @Test
    void everyTruncationOfAFileIsRefused() {
        byte[] json = TestData.bytes("word-level.json");
        for (int length = 0; length < json.length; length += 7) {
            byte[] part = Arrays.copyOf(json, length);
            assertThatThrownBy(() -> Tokenizer.load(FileModelSource.named("cut").with("tokenizer.json", part)))
                    .isInstanceOf(TokenizerException.class);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"{", "[]", "7"})
    void brokenConfigIsRefusedWithItsName(String config) {
        assertThatThrownBy(
                        () -> Tokenizer.load(TestData.toy("byte-level", "toy").with("tokenizer_config.json", config)))
                .isInstanceOf(TokenizerException.class)
                .hasMessageContaining("tokenizer_config.json");
    }

    @Test
    void textThatTheModelHasNoTokenForIsRefused() {
        String json = """
            {"pre_tokenizer": {"type": "Whitespace"},
             "model": {"type": "WordLevel", "vocab": {"hello": 0}, "unk_token": "[UNK]"}}\
            """;
        try (Tokenizer tokenizer =
                Tokenizer.load(FileModelSource.named("strict").with("tokenizer.json", json))) {
            assertThat(tokenizer.encode("hello")).containsExactly(0);
            assertThatThrownBy(() -> tokenizer.encode("world"))
                    .isInstanceOf(TokenizerException.class)
                    .hasMessageContaining("strict");
        }
    }

    @Test
    void closedTokenizerRefusesWorkAndClosesTwice() {
        Tokenizer tokenizer = Tokenizer.load(TestData.toy("byte-level", "toy"));
        tokenizer.close();
        tokenizer.close();
        assertThatThrownBy(() -> tokenizer.encode("a"))
                .isInstanceOf(TokenizerException.class)
                .hasMessageContaining("closed");
        assertThatThrownBy(() -> tokenizer.decode(new int[] {1}, true))
                .isInstanceOf(TokenizerException.class)
                .hasMessageContaining("closed");
    }

    @Test
    void closingWhileOthersEncodeDoesNotBreakThem() throws Exception {
        Tokenizer tokenizer = Tokenizer.load(TestData.toy("byte-level", "toy"));
        int[] expected = tokenizer.encode("The quick brown fox. ".repeat(2000));
        try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
            List<Future<Integer>> results = new ArrayList<>();
            for (int t = 0; t < 4; t++) {
                results.add(threads.submit(() -> encodeUntilClosed(tokenizer, expected)));
            }
            while (results.stream().noneMatch(Future::isDone) && completed.get() < 20) {
                Thread.onSpinWait();
            }
            tokenizer.close();
            for (Future<Integer> result : results) {
                assertThat(result.get()).isNotNegative();
            }
        }
    }

    private int encodeUntilClosed(Tokenizer tokenizer, int[] expected) {
        for (int i = 0; ; i++) {
            try {
                assertThat(tokenizer.encode("The quick brown fox. ".repeat(2000)))
                        .containsExactly(expected);
                completed.incrementAndGet();
            } catch (TokenizerException e) {
                assertThat(e).hasMessageContaining("closed");
                return i;
            }
        }
    }
}
