package org.olmo4j.constraint;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.olmo4j.sampling.TokenMask;

/** A random model draws from the allowed tokens; another implementation judges what comes of it. */
class ConformanceTest {

    private static final int WALKS = 40;
    private static final int RAMBLING_TOKENS = 60;
    private static final int MOST_TOKENS = 2000;
    private static final int DOCUMENTS = 60;

    private static final TokenConstraints BYTES = SingleBytes.constraints();
    private static final ToyVocabulary VOCABULARY = new ToyVocabulary();
    private static final TokenConstraints CONSTRAINTS = VOCABULARY.constraints();

    static List<SchemaCase> schemas() {
        return SchemaCase.all();
    }

    @Test
    void thereAreAHundredSchemas() {
        assertThat(SchemaCase.all()).hasSizeGreaterThanOrEqualTo(100).doesNotHaveDuplicates();
    }

    @ParameterizedTest
    @MethodSource("schemas")
    void whatIsDrawnAtRandomConforms(SchemaCase schema) {
        TokenConstraint constraint = CONSTRAINTS.compile(schema.parsed());
        int complete = 0;
        for (int seed = 0; seed < WALKS; seed++) {
            List<Integer> ids = walk(constraint, new Random(seed));
            if (ids.getLast() == ToyVocabulary.END) {
                complete++;
                String document = new String(VOCABULARY.join(ids), StandardCharsets.UTF_8);
                assertThat(schema.faults(document)).as(document).isEmpty();
            }
        }
        assertThat(complete).as("walks that came to an end").isGreaterThanOrEqualTo(WALKS * 9 / 10);
    }

    /** The other way round: nothing is left out of what the schema allows in the documented form. */
    @ParameterizedTest
    @MethodSource("schemas")
    void whatIsWrittenIndependentlyIsAllowed(SchemaCase schema) {
        TokenConstraint constraint = BYTES.compile(schema.parsed());
        for (int seed = 0; seed < DOCUMENTS; seed++) {
            String document = new DocumentGenerator(schema.schema(), new Random(seed)).document();

            assertThat(schema.faults(document)).as(document).isEmpty();
            assertThat(SingleBytes.accepts(constraint, document)).as(document).isTrue();
        }
    }

    /** Rambles for a while, and then rather closes what is open. */
    private static List<Integer> walk(TokenConstraint constraint, Random random) {
        List<Integer> ids = new ArrayList<>();
        ConstraintState state = constraint.start();
        while (ids.size() < MOST_TOKENS) {
            int id = draw(state.allowed(), ids.size() > RAMBLING_TOKENS, random);
            ids.add(id);
            if (id == ToyVocabulary.END) {
                break;
            }
            state = state.after(id);
        }
        return ids;
    }

    private static int draw(TokenMask allowed, boolean closing, Random random) {
        int[] ids =
                IntStream.range(0, VOCABULARY.size()).filter(allowed::allows).toArray();
        assertThat(ids).as("allowed tokens").isNotEmpty();
        if (random.nextDouble() < (closing ? 0.8 : 0.3)) {
            if (allowed.allows(ToyVocabulary.END)) {
                return ToyVocabulary.END;
            }
            int[] closers = IntStream.of(ids)
                    .filter(id -> VOCABULARY.bytes(id).length == 1
                            && "\"}]".indexOf(VOCABULARY.bytes(id)[0]) >= 0)
                    .toArray();
            if (closers.length > 0) {
                return closers[random.nextInt(closers.length)];
            }
        }
        return ids[random.nextInt(ids.length)];
    }
}
