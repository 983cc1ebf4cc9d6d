package org.olmo4j.constraint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.olmo4j.error.InvalidRequestException;
import org.olmo4j.sampling.TokenMask;
import org.olmo4j.text.TokenBytes;

class TokenConstraintsTest {

    private static final JsonSchema TRUTH = JsonSchema.parse("{\"type\":\"boolean\"}");

    @Test
    void specialTokensAndUnusedIdsAreNeverContent() {
        TokenConstraints constraints = new TokenConstraints(new SingleBytes(), 300, Set.of(SingleBytes.END));

        TokenMask inString =
                constraints.compile(JsonSchema.anyValue()).start().after('"').allowed();

        assertThat(IntStream.range(256, 400).filter(inString::allows)).isEmpty();
        assertThat(inString.allows('x')).isTrue();
    }

    @Test
    void theEndIsAllowedOnlyWhereTheTextIsComplete() {
        ConstraintState state = SingleBytes.constraints()
                .compile(JsonSchema.parse("{\"type\":\"integer\"}"))
                .start();

        assertThat(state.complete()).isFalse();
        assertThat(state.allowed().allows(SingleBytes.END)).isFalse();
        assertThat(state.after('-').allowed().allows(SingleBytes.END)).isFalse();
        assertThat(state.after('7').complete()).isTrue();
        assertThat(state.after('7').exhausted()).isFalse();
        assertThat(state.after('7').allowed().allows(SingleBytes.END)).isTrue();
        assertThat(state.after('7').allowed().allows('8')).isTrue();
        assertThat(state.after('0').exhausted()).isTrue();
        assertThat(state.after('0').allowed().count()).isEqualTo(1);
    }

    @Test
    void anEndThatHasATextIsNoContent() {
        TokenConstraints constraints =
                new TokenConstraints(withToken("ru".getBytes(StandardCharsets.UTF_8)), 257, Set.of(256));
        ConstraintState state = constraints.compile(TRUTH).start().after('t');

        assertThat(state.allowed().allows(256)).isFalse();
    }

    @Test
    void idsBehindTheUsableVocabularyAreNotAllowed() {
        TokenBytes vocabulary = withToken("true".getBytes(StandardCharsets.UTF_8));

        assertThat(new TokenConstraints(vocabulary, 257, Set.of())
                        .compile(TRUTH)
                        .start()
                        .allowed()
                        .allows(256))
                .isTrue();
        ConstraintState state =
                new TokenConstraints(vocabulary, 256, Set.of()).compile(TRUTH).start();
        assertThat(state.allowed().allows(256)).isFalse();
        assertThatExceptionOfType(IllegalArgumentException.class).isThrownBy(() -> state.after(256));
    }

    @Test
    void aTokenThatMayNotFollowIsAnError() {
        ConstraintState state = SingleBytes.constraints().compile(TRUTH).start();

        assertThatExceptionOfType(IllegalArgumentException.class).isThrownBy(() -> state.after('x'));
        assertThatExceptionOfType(IllegalArgumentException.class).isThrownBy(() -> state.after(SingleBytes.END));
    }

    /** Tokenizers that write a space between words leave it out at the start. */
    @Test
    void theFirstTokenIsTheOneOfAStart() {
        TokenBytes vocabulary = new TokenBytes() {
            @Override
            public int size() {
                return 257;
            }

            @Override
            public byte[] bytes(int id) {
                return id < 256 ? new byte[] {(byte) id} : " true".getBytes(StandardCharsets.UTF_8);
            }

            @Override
            public byte[] leadingBytes(int id) {
                return id < 256 ? bytes(id) : "true".getBytes(StandardCharsets.UTF_8);
            }
        };
        TokenConstraints constraints = new TokenConstraints(vocabulary, 257, Set.of());
        JsonSchema list = JsonSchema.parse("{\"type\":\"array\",\"items\":{\"type\":\"boolean\"}}");

        ConstraintState alone = constraints.compile(TRUTH).start();
        assertThat(alone.allowed().allows(256)).isTrue();
        assertThat(alone.after(256).exhausted()).isTrue();
        ConstraintState inside = constraints.compile(list).start().after('[');
        assertThat(inside.allowed().allows(256)).isFalse();
        assertThat(inside.after('t')
                        .after('r')
                        .after('u')
                        .after('e')
                        .after(',')
                        .allowed()
                        .allows(256))
                .isTrue();
    }

    @Test
    void aVocabularyInWhichAnAnswerCouldGetStuckIsRefused() {
        TokenBytes withoutBrace = new TokenBytes() {
            @Override
            public int size() {
                return 256;
            }

            @Override
            public byte[] bytes(int id) {
                return id == '}' ? "}}".getBytes(StandardCharsets.UTF_8) : new byte[] {(byte) id};
            }
        };
        TokenConstraints constraints = new TokenConstraints(withoutBrace, 256, Set.of());

        assertThatExceptionOfType(InvalidRequestException.class)
                .isThrownBy(() -> constraints.compile(TRUTH))
                .withMessageContaining("0x7d");
    }

    @Test
    void aSchemaIsCompiledOnce() {
        TokenConstraints constraints = SingleBytes.constraints();

        assertThat(constraints.compile(JsonSchema.parse("{ \"type\" : \"boolean\" }")))
                .isSameAs(constraints.compile(TRUTH));
    }

    @Test
    void manyThreadsSeeTheSame() throws Exception {
        TokenConstraints constraints = new ToyVocabulary().constraints();
        List<Callable<List<Integer>>> walks = new ArrayList<>();
        for (int i = 0; i < 16; i++) {
            walks.add(() -> {
                ConstraintState state =
                        constraints.compile(JsonSchema.anyObject()).start();
                List<Integer> counts = new ArrayList<>();
                for (int octet : "{\"a\": [1, {\"b\":\"c\"}], \"d\":{}".getBytes(StandardCharsets.UTF_8)) {
                    counts.add(state.allowed().count());
                    state = state.after(octet);
                }
                return counts;
            });
        }
        try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
            List<List<Integer>> results = new ArrayList<>();
            for (Future<List<Integer>> walk : threads.invokeAll(walks)) {
                results.add(walk.get());
            }
            assertThat(results).containsOnly(results.getFirst());
        }
    }

    @Test
    void whatWasUsedLeastRecentlyIsForgottenFirst() {
        RecentlyUsed<String, Integer> recent = new RecentlyUsed<>(3000, Integer::intValue);
        recent.put("a", 1000);
        recent.put("b", 1000);
        assertThat(recent.get("a")).isEqualTo(1000);

        recent.put("c", 1000);

        assertThat(recent.get("b")).isNull();
        assertThat(recent.get("a")).isEqualTo(1000);
        assertThat(recent.get("c")).isEqualTo(1000);
        recent.put("c", 500);
        recent.put("d", 900);
        assertThat(recent.count()).isEqualTo(3);
        recent.put("e", 4000);
        assertThat(recent.count()).isZero();
        assertThat(recent.bytes()).isZero();
    }

    /** Single bytes, and one more token. */
    private static TokenBytes withToken(byte[] bytes) {
        return new TokenBytes() {
            @Override
            public int size() {
                return 257;
            }

            @Override
            public byte[] bytes(int id) {
                return id < 256 ? new byte[] {(byte) id} : bytes;
            }
        };
    }
}
