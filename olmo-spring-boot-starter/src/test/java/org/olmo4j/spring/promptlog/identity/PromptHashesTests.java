package org.olmo4j.spring.promptlog.identity;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.olmo4j.spring.promptlog.encryption.MasterKey;
import org.olmo4j.spring.promptlog.encryption.MasterKeys;

class PromptHashesTests {

    private static final MasterKey OLD = MasterKey.random();
    private static final MasterKey NEW = MasterKey.random();

    private final PromptHashes hashes = new PromptHashes(new MasterKeys(List.of(OLD)));

    @Test
    void tellWhetherAPromptIsTheOneThatWasAsked() {
        String hash = hashes.of("What is OLMo?");

        assertThat(hash).startsWith(OLD.id() + ":").hasSize(52);
        assertThat(hashes.matches(hash, "What is OLMo?")).isTrue();
        assertThat(hashes.matches(hash, "What is OLMo")).isFalse();
        assertThat(hashes.matches("", "What is OLMo?")).isFalse();
    }

    @Test
    void tellItOfTokensToo() {
        String hash = hashes.of(new int[] {1, 2, 100_277});

        assertThat(hashes.matches(hash, new int[] {1, 2, 100_277})).isTrue();
        assertThat(hashes.matches(hash, new int[] {1, 2, 100_278})).isFalse();
        assertThat(hashes.matches(hash, new int[] {1, 2})).isFalse();
        assertThat(hashes.of(new int[] {0x41424344})).isNotEqualTo(hashes.of("ABCD"));
    }

    @Test
    void holdAfterARotation() {
        String before = hashes.of("What is OLMo?");
        PromptHashes rotated = new PromptHashes(new MasterKeys(List.of(NEW, OLD)));

        assertThat(rotated.of("What is OLMo?")).startsWith(NEW.id());
        assertThat(rotated.matches(before, "What is OLMo?")).isTrue();
        assertThat(new PromptHashes(new MasterKeys(List.of(NEW))).matches(before, "What is OLMo?"))
                .isFalse();
    }
}
