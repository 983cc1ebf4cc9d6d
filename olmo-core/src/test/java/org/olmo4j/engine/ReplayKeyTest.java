package org.olmo4j.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.olmo4j.backend.Numerics;
import org.olmo4j.error.InvalidRequestException;
import org.olmo4j.error.OlmoException;
import org.olmo4j.sampling.SamplingOptions;

class ReplayKeyTest {

    private static final ModelIdentity MODEL = new ModelIdentity(
            "f1", Optional.of("c1"), Optional.of("t1"), Optional.of("p1"), new Numerics("cpu", "bf16", "f32", "cpu-1"));

    private static final String TEXT = "olmo-replay-1;fingerprint=f1;content=c1;tokenizer=t1;template=p1;backend=cpu;"
            + "weights=bf16;kv=f32;contract=cpu-1;prompt=h1;temperature=0.7;top-k=40;top-p=0.95;min-p=0.05;"
            + "repetition-penalty=1.1;frequency-penalty=-0.5;presence-penalty=2.0;logit-bias=3:-100.0,50:0.25;"
            + "max-tokens=128;stop=%000AUser%003A,caf%00E9%D83D%DE00;stop-ids=7,100257;schema=s1;"
            + "seed=-9007199254740993;sample=2";

    private static final ReplayKey KEY = new ReplayKey(
            MODEL,
            new ReplayKey.Settings(
                    new SamplingOptions(0.7, 40, 0.95, 0.05, 1.1, -0.5, 2, Map.of(50, 0.25, 3, -100.0)),
                    128,
                    List.of("\nUser:", "caf\u00e9\ud83d\ude00"),
                    Set.of(100257, 7),
                    Optional.of("s1"),
                    -9007199254740993L,
                    2),
            Optional.of("h1"));

    @Test
    void aKeyHasOneText() {
        assertThat(KEY).hasToString(TEXT);
        assertThat(ReplayKey.parse(TEXT)).isEqualTo(KEY);
    }

    @Test
    void whatDoesNothingIsLeftOut() {
        ReplayKey plain = new ReplayKey(
                new ModelIdentity("f1", Optional.empty(), Optional.empty(), Optional.empty(), MODEL.numerics()),
                new ReplayKey.Settings(SamplingOptions.GREEDY, 0, List.of(), Set.of(), Optional.empty(), 42, 0),
                Optional.empty());

        assertThat(plain)
                .hasToString("olmo-replay-1;fingerprint=f1;backend=cpu;weights=bf16;kv=f32;contract=cpu-1;"
                        + "max-tokens=0;seed=42");
        assertThat(ReplayKey.parse(plain.toString())).isEqualTo(plain);
    }

    @Test
    void anyKeyComesBackAsItWasAndNeedsNoEscaping() {
        Random random = new Random(11);
        for (int i = 0; i < 1000; i++) {
            ReplayKey key = randomKey(random);
            String text = key.toString();

            assertThat(text).matches("[A-Za-z0-9;=,:.~%_-]+");
            assertThat(ReplayKey.parse(text)).isEqualTo(key);
            assertThat(ReplayKey.parse(text)).hasToString(text);
        }
    }

    private static ReplayKey randomKey(Random random) {
        Map<Integer, Double> bias = new HashMap<>();
        Set<Integer> stopIds = new HashSet<>();
        List<String> stops = new ArrayList<>();
        for (int i = random.nextInt(4); i > 0; i--) {
            bias.put(random.nextInt(100_000), random.nextDouble() * 200 - 100);
            stopIds.add(random.nextInt(100_000));
            stops.add(randomText(random));
        }
        return new ReplayKey(
                new ModelIdentity(
                        randomText(random),
                        optional(random),
                        optional(random),
                        optional(random),
                        new Numerics(randomText(random), randomText(random), randomText(random), randomText(random))),
                new ReplayKey.Settings(
                        new SamplingOptions(
                                random.nextBoolean() ? 0 : random.nextDouble() * 100,
                                random.nextBoolean() ? 0 : random.nextInt(1000),
                                random.nextBoolean() ? 1 : 1 - random.nextDouble(),
                                random.nextBoolean() ? 0 : random.nextDouble(),
                                random.nextBoolean() ? 1 : 0.01 + random.nextDouble(),
                                random.nextBoolean() ? -0.0 : random.nextDouble() * 4 - 2,
                                random.nextBoolean() ? Double.MIN_VALUE : random.nextDouble() * 4 - 2,
                                bias),
                        random.nextInt(Integer.MAX_VALUE),
                        stops,
                        stopIds,
                        optional(random),
                        random.nextLong(),
                        random.nextInt(3)),
                optional(random));
    }

    private static Optional<String> optional(Random random) {
        return random.nextBoolean() ? Optional.empty() : Optional.of(randomText(random));
    }

    /** Any UTF-16, halves of surrogate pairs and the form's own marks among it. */
    private static String randomText(Random random) {
        StringBuilder text = new StringBuilder();
        for (int i = 1 + random.nextInt(6); i > 0; i--) {
            text.append(
                    random.nextBoolean()
                            ? ";=,:%.\n\r\"\0a0".charAt(random.nextInt(12))
                            : (char) random.nextInt(Character.MAX_VALUE + 1));
        }
        return text.toString();
    }

    @Test
    void aChangedTextIsRefusedOrTheTextOfAnotherKey() {
        Random random = new Random(12);
        int refused = 0;
        for (int i = 0; i < 1000; i++) {
            String mutated =
                    mutate(random.nextBoolean() ? TEXT : randomKey(random).toString(), random);
            try {
                assertThat(ReplayKey.parse(mutated)).as(mutated).hasToString(mutated);
            } catch (OlmoException typed) {
                assertThat(typed).isInstanceOf(InvalidRequestException.class);
                assertThat(typed.getMessage()).as(mutated).hasSizeLessThan(500).matches("[\\x20-\\x7e]*");
                refused++;
            }
        }
        assertThat(refused).isBetween(500, 999);
    }

    private static String mutate(String text, Random random) {
        StringBuilder mutated = new StringBuilder(text);
        for (int i = 1 + random.nextInt(3); i > 0; i--) {
            int place = random.nextInt(mutated.length());
            switch (random.nextInt(5)) {
                case 0 -> mutated.setCharAt(place, (char) random.nextInt(300));
                case 1 -> mutated.deleteCharAt(place);
                case 2 -> mutated.insert(place, ";=,:%09aE+-. ".charAt(random.nextInt(13)));
                case 3 -> mutated.delete(place, Math.min(mutated.length(), place + random.nextInt(30)));
                default -> mutated.insert(place, text, random.nextInt(text.length()), text.length());
            }
            if (mutated.isEmpty()) {
                return "";
            }
        }
        return mutated.toString();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "olmo-replay-1",
                "olmo-replay-1;",
                "olmo-replay-1;fingerprint",
                "olmo-replay-1;=;=",
                "olmo-replay-1;fingerprint=f1;backend=cpu;weights=bf16;kv=f32;contract=cpu-1;seed=1",
                "olmo-replay-1;fingerprint=f1;backend=cpu;weights=bf16;kv=f32;contract=cpu-1;max-tokens=1;seed=+1",
                "olmo-replay-1;fingerprint=f1;backend=cpu;weights=bf16;kv=f32;contract=cpu-1;max-tokens=-1;seed=1",
                "olmo-replay-1;fingerprint=f1;backend=cpu;weights=bf16;kv=f32;contract=cpu-1;max-tokens=1;seed=1;seed=1",
                "olmo-replay-1;fingerprint=f1;backend=cpu;weights=bf16;kv=f32;contract=cpu-1;max-tokens=1;seed=1;new=1",
                "olmo-replay-1;fingerprint=f1;backend=cpu;weights=bf16;kv=f32;contract=cpu-1;max-tokens=1;seed=1\n",
                "olmo-replay-1;fingerprint=%00;backend=cpu;weights=bf16;kv=f32;contract=cpu-1;max-tokens=1;seed=1",
                "olmo-replay-1;fingerprint=%+0A0;backend=cpu;weights=bf16;kv=f32;contract=cpu-1;max-tokens=1;seed=1",
                "olmo-replay-1;fingerprint=%0041;backend=cpu;weights=bf16;kv=f32;contract=cpu-1;max-tokens=1;seed=1",
                "olmo-replay-1;fingerprint=f1;backend=cpu;weights=bf16;kv=f32;contract=cpu-1;temperature=NaN;max-tokens=1;seed=1",
                "olmo-replay-1;fingerprint=f1;backend=cpu;weights=bf16;kv=f32;contract=cpu-1;temperature=1;max-tokens=1;seed=1",
                "olmo-replay-1;fingerprint=f1;backend=cpu;weights=bf16;kv=f32;contract=cpu-1;temperature=0.0;max-tokens=1;seed=1",
                "olmo-replay-1;fingerprint=f1;backend=cpu;weights=bf16;kv=f32;contract=cpu-1;logit-bias=5;max-tokens=1;seed=1",
                "olmo-replay-1;fingerprint=f1;backend=cpu;weights=bf16;kv=f32;contract=cpu-1;max-tokens=1;stop-ids=7,5;seed=1",
                "olmo-replay-1;fingerprint=f1;backend=cpu;weights=bf16;kv=f32;contract=cpu-1;max-tokens=99999999999;seed=1"
            })
    void whatNobodyWroteIsRefused(String text) {
        assertThatThrownBy(() -> ReplayKey.parse(text)).isInstanceOf(InvalidRequestException.class);
    }

    @Test
    void anotherVersionIsRefusedByName() {
        assertThatThrownBy(() -> ReplayKey.parse(TEXT.replace("olmo-replay-1", "olmo-replay-2")))
                .isInstanceOfSatisfying(InvalidRequestException.class, invalid -> {
                    assertThat(invalid.parameter()).isEqualTo("replay_key");
                    assertThat(invalid)
                            .hasMessageContaining("has the version 2")
                            .hasMessageContaining("olmo-replay-1");
                });
    }

    @Test
    void longTextsAreReadInPassing() {
        String stop = "\n".repeat(1024);
        ReplayKey key = new ReplayKey(
                MODEL,
                new ReplayKey.Settings(
                        SamplingOptions.GREEDY, 1, Collections.nCopies(16, stop), Set.of(), Optional.empty(), 1, 0),
                Optional.empty());

        assertThat(ReplayKey.parse(key.toString())).isEqualTo(key);
        assertThatThrownBy(() -> ReplayKey.parse("olmo-replay-1;" + ";a=".repeat(1_000_000)))
                .isInstanceOf(InvalidRequestException.class);
    }

    @Test
    void thePromptHashIsSha256OfTheIds() {
        // printf '\x00\x00\x00\x01\x00\x01\x87\xa1' | sha256sum
        assertThat(ReplayKey.promptHash(new int[] {1, 100257}))
                .isEqualTo("80cf6a53b8c5112920f81715f40f5ad5fd92e40fcc3b07a84628cd96b707e281");
    }

    @Test
    void aResultReportsWhatDecidedIt() throws InterruptedException {
        CompletableFuture<String> contentHash = new CompletableFuture<>();
        try (Scenario scenario = new Scenario()
                .checkpoint("weights", contentHash)
                .answer("hi", "abc")
                .start()) {
            SamplingOptions sampling = new SamplingOptions(0.5, 3, 1, 0, 1, 0, 0, Map.of());
            ReplayKey before = scenario.run(Scenario.text("hi")
                            .sampling(sampling)
                            .maxTokens(500)
                            .stopStrings(List.of("zz"))
                            .stopIds(Set.of(9))
                            .seed(77)
                            .sampleIndex(4))
                    .replayKey()
                    .orElseThrow();
            contentHash.complete("content");
            ReplayKey after = scenario.run(
                            Scenario.text("hi").ignoreEndOfText(true).seed(77).maxTokens(5))
                    .replayKey()
                    .orElseThrow();

            assertThat(before)
                    .isEqualTo(new ReplayKey(
                            new ModelIdentity(
                                    "weights",
                                    Optional.empty(),
                                    Optional.of("fake"),
                                    Optional.of("lines"),
                                    new Numerics("scripted", "none", "none", "scripted-1")),
                            // 62 tokens are left of the context, and the model's own end of text is 256.
                            new ReplayKey.Settings(
                                    sampling, 62, List.of("zz"), Set.of(9, 256), Optional.empty(), 77, 4),
                            Optional.of(ReplayKey.promptHash("hi".chars().toArray()))));
            assertThat(after.model().contentHash()).contains("content");
            assertThat(after.settings().stopIds()).isEmpty();
            assertThat(after.settings().sampling()).isEqualTo(SamplingOptions.GREEDY);
            assertThat(scenario.engine().identity()).contains(after.model());
        }
    }

    @Test
    void whatWasNeverPreparedHasNoKey() {
        List<GenerationResult> ends = new ArrayList<>();
        try (Scenario scenario = new Scenario()
                .checkpoint("weights", new CompletableFuture<>())
                .listener((request, result) -> {
                    ends.add(result);
                    return CompletableFuture.completedFuture(null);
                })
                .start()) {
            assertThatThrownBy(() -> scenario.submit(Scenario.text("d".repeat(64))))
                    .isInstanceOf(InvalidRequestException.class);

            assertThat(ends)
                    .singleElement()
                    .satisfies(end -> assertThat(end.replayKey()).isEmpty());
        }
    }

    @Test
    void theHashOfALongPromptIsThatOfItsBytes() throws Exception {
        int[] ids = new Random(3).ints(100_000, 0, 100_000).toArray();
        StringBuilder hex = new StringBuilder();
        for (int id : ids) {
            hex.append("%08x".formatted(id));
        }
        byte[] digest =
                MessageDigest.getInstance("SHA-256").digest(HexFormat.of().parseHex(hex.toString()));
        assertThat(ReplayKey.promptHash(ids)).isEqualTo(HexFormat.of().formatHex(digest));
    }
}
