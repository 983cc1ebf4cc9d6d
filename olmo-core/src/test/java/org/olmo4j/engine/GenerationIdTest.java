package org.olmo4j.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.HashSet;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class GenerationIdTest {

    @Test
    void anIdIsAUuidOfVersion7ThatBeginsWithTheTime() {
        long before = System.currentTimeMillis();
        UUID uuid = GenerationId.uuid(GenerationId.next());
        long after = System.currentTimeMillis();

        assertThat(uuid.version()).isEqualTo(7);
        assertThat(uuid.variant()).isEqualTo(2);
        // RFC 9562: the first 48 bits are milliseconds since 1970.
        assertThat(Instant.ofEpochMilli(uuid.getMostSignificantBits() >>> 16))
                .isBetween(Instant.ofEpochMilli(before), Instant.ofEpochMilli(after));
    }

    @Test
    void idsOfSamplesFollowFromTheFirstAndAreAsUniqueAsIt() {
        Set<String> ids = new HashSet<>();
        for (int request = 0; request < 1_000; request++) {
            String first = GenerationId.next();
            for (int sample = 0; sample < 10; sample++) {
                String id = GenerationId.ofSample(first, sample);
                assertThat(id).isEqualTo(GenerationId.ofSample(first, sample));
                assertThat(GenerationId.uuid(id).version()).isEqualTo(7);
                assertThat(GenerationId.uuid(id).variant()).isEqualTo(2);
                ids.add(id);
            }
        }
        assertThat(ids).hasSize(10_000);
    }

    @Test
    void theHighestSampleIdGoesOnFromTheLowestWithoutLeavingTheVariant() {
        String last = "gen-01890a5d-ac96-774b-bfff-ffffffffffff";

        assertThat(GenerationId.ofSample(last, 1)).isEqualTo("gen-01890a5d-ac96-774b-8000-000000000000");
    }

    @Test
    void anIdOfAnotherFormHasTheNumberOfTheSampleBehindIt() {
        assertThat(GenerationId.ofSample("gen-known", 0)).isEqualTo("gen-known");
        assertThat(GenerationId.ofSample("gen-known", 2)).isEqualTo("gen-known-2");
        assertThatThrownBy(() -> GenerationId.uuid("known"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("known");
    }
}
