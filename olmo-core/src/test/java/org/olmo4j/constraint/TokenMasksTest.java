package org.olmo4j.constraint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.olmo4j.hub.ModelSource;
import org.olmo4j.sampling.TokenMask;
import org.olmo4j.text.TokenBytes;
import org.olmo4j.text.Tokenizer;

/** The walk over the trie, with its short cuts, finds the tokens that trying each of them byte by byte finds. */
class TokenMasksTest {

    private static final ToyVocabulary VOCABULARY = new ToyVocabulary();
    private static final TokenConstraints CONSTRAINTS = VOCABULARY.constraints();

    static List<SchemaCase> schemas() {
        return SchemaCase.all();
    }

    @ParameterizedTest
    @MethodSource("schemas")
    void everyTokenIsAllowedIfAndOnlyIfItsBytesCanFollow(SchemaCase schema) {
        TokenConstraint constraint = CONSTRAINTS.compile(schema.parsed());
        for (int seed = 0; seed < 2; seed++) {
            Random random = new Random(seed);
            ConstraintState state = constraint.start();
            for (int i = 0; i < 20 && !state.exhausted(); i++) {
                TokenMask allowed = state.allowed();
                assertThat(ids(allowed, VOCABULARY.size())).isEqualTo(byTrying(state, VOCABULARY, ToyVocabulary.END));
                int[] content = IntStream.range(0, VOCABULARY.size())
                        .filter(id -> id != ToyVocabulary.END && allowed.allows(id))
                        .toArray();
                state = state.after(content[random.nextInt(content.length)]);
            }
        }
    }

    /** The vocabularies of OLMo, in the states in which short cuts are taken. */
    @ParameterizedTest
    @ValueSource(strings = {"allenai_dolma2.json", "allenai_gpt-neox-olmo-dolma-v1_5.json"})
    void holdsForPublishedVocabularies(String file) throws Exception {
        String folder = System.getenv("OLMO_REFERENCE_DIR");
        assumeThat(folder)
                .as("OLMO_REFERENCE_DIR names the folder of reference data")
                .isNotNull();
        try (Tokenizer tokenizer = Tokenizer.load(new OneFile(Path.of(folder, "tokenizers", file)))) {
            TokenBytes bytes = tokenizer.tokenBytes();
            int size = tokenizer.vocabularySize();
            int end = tokenizer.idOf("<|endoftext|>").orElseThrow();
            TokenConstraints constraints = new TokenConstraints(bytes, size, List.of(end));
            for (String schema : List.of(
                    "true",
                    "{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"string\",\"maxLength\":9,\"minLength\":3}}}",
                    "{\"type\":\"object\",\"additionalProperties\":{\"type\":\"string\",\"pattern\":\"[a-z]$\"}}")) {
                for (String beginning : List.of("", "{", "{\"a", "{\"a\":", "{\"a\": \"x", "{\"a\":\"é\",\"b")) {
                    ConstraintState state =
                            constraints.compile(JsonSchema.parse(schema)).start();
                    ConstraintState reached = feed(state, beginning, bytes, size);
                    if (reached != null) {
                        assertThat(ids(reached.allowed(), size)).isEqualTo(byTrying(reached, bytes, end));
                    }
                }
            }
        }
    }

    @Test
    void aRememberedMaskIsTheSameAsANewOne() {
        TokenConstraint constraint =
                CONSTRAINTS.compile(JsonSchema.parse("{\"type\":\"string\",\"minLength\":40,\"maxLength\":90}"));
        ConstraintState state = constraint.start().after('"');
        for (int i = 0; i < 90; i++) {
            assertThat(ids(state.allowed(), VOCABULARY.size()))
                    .isEqualTo(byTrying(state, VOCABULARY, ToyVocabulary.END));
            state = state.after('a');
        }
        assertThat(ids(state.allowed(), VOCABULARY.size())).containsExactly((int) '"');
    }

    private static List<Integer> ids(TokenMask mask, int size) {
        List<Integer> ids =
                IntStream.range(0, size).filter(mask::allows).boxed().toList();
        assertThat(mask.count()).isEqualTo(ids.size());
        return ids;
    }

    /** Follows the bytes of each token with the automaton alone. */
    private static List<Integer> byTrying(ConstraintState state, TokenBytes vocabulary, int end) {
        List<Integer> ids = new ArrayList<>();
        for (int id = 0; id < vocabulary.size(); id++) {
            if (id == end ? state.complete() : follows(state, id)) {
                ids.add(id);
            }
        }
        return ids;
    }

    private static boolean follows(ConstraintState state, int id) {
        return !state.following(id).isEmpty();
    }

    /** The state after a text, spelled with the tokens of single bytes; null if it cannot be written. */
    private static @Nullable ConstraintState feed(ConstraintState start, String text, TokenBytes bytes, int size) {
        ConstraintState state = start;
        for (byte octet : text.getBytes(StandardCharsets.UTF_8)) {
            int token = IntStream.range(0, size)
                    .filter(id -> bytes.bytes(id).length == 1 && bytes.bytes(id)[0] == octet)
                    .findFirst()
                    .orElseThrow();
            if (!follows(state, token)) {
                return null;
            }
            state = state.after(token);
        }
        return state;
    }

    /** A model of nothing but a tokenizer. */
    private record OneFile(Path tokenizer) implements ModelSource {
        @Override
        public String location() {
            return tokenizer.toString();
        }

        @Override
        public Optional<InputStream> open(String fileName) {
            try {
                return fileName.equals("tokenizer.json")
                        ? Optional.of(Files.newInputStream(tokenizer))
                        : Optional.empty();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public Optional<Path> path(String fileName) {
            return Optional.empty();
        }
    }
}
