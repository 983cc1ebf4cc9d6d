package org.olmo4j.spring.promptlog.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.olmo4j.spring.promptlog.identity.IdentityMode.HMAC;
import static org.olmo4j.spring.promptlog.identity.IdentityMode.NONE;
import static org.olmo4j.spring.promptlog.identity.IdentityMode.PLAIN;

import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.olmo4j.spring.promptlog.encryption.ContentKeys;
import org.olmo4j.spring.promptlog.encryption.MasterKey;
import org.olmo4j.spring.promptlog.encryption.MasterKeys;

class PseudonymsTests {

    private static final MasterKey OLD = MasterKey.random();
    private static final MasterKey NEW = MasterKey.random();
    private static final MasterKeys BEFORE = new MasterKeys(List.of(OLD));
    private static final MasterKeys AFTER = new MasterKeys(List.of(NEW, OLD));

    @Test
    void areTheSameForAUserAlwaysAndShowTheKeyButNotTheId() {
        Pseudonyms users = Pseudonyms.ofUsers(HMAC, BEFORE);
        String ada = users.of("ada").orElseThrow();

        assertThat(ada).startsWith(OLD.id() + ":").hasSize(52).doesNotContain("ada");
        assertThat(Pseudonyms.ofUsers(HMAC, BEFORE).of("ada")).contains(ada);
        assertThat(users.of("Ada")).get().isNotEqualTo(ada);
        assertThat(users.of("")).isPresent();
    }

    @Test
    void doNotLinkAUserToASessionOrAConversationOfTheSameId() {
        assertThat(List.of(
                        Pseudonyms.ofUsers(HMAC, BEFORE).of("ada"),
                        Pseudonyms.ofSessions(HMAC, BEFORE).of("ada"),
                        Pseudonyms.ofConversations(HMAC, BEFORE).of("ada")))
                .doesNotHaveDuplicates();
    }

    @ParameterizedTest
    @EnumSource
    void doNotLetAUserHaveTheKeyOfThoseWithoutAName(IdentityMode mode) {
        String nobody = new ContentKeys(BEFORE, Clock.systemUTC(), 1)
                .encrypt(null, UUID.randomUUID(), "prompt", new byte[1])
                .key()
                .userKey();
        Pseudonyms users = Pseudonyms.ofUsers(mode, BEFORE);

        assertThat(users.of(nobody)).isNotEqualTo(Optional.of(nobody));
        assertThat(users.allOf(nobody)).as("what is erased with that user").doesNotContain(nobody);
    }

    @Test
    void cannotBeMadeWithoutTheKey() {
        MasterKeys other = new MasterKeys(List.of(MasterKey.random()));
        String ada = Pseudonyms.ofUsers(HMAC, BEFORE).of("ada").orElseThrow();

        assertThat(Pseudonyms.ofUsers(HMAC, other).of("ada").orElseThrow().substring(8))
                .isNotEqualTo(ada.substring(8));
    }

    @ParameterizedTest
    @EnumSource
    void areNoneForNobody(IdentityMode mode) {
        assertThat(Pseudonyms.ofUsers(mode, BEFORE).of(null)).isEmpty();
    }

    @Test
    void storeTheIdOrNothingIfThatIsTheMode() {
        assertThat(Pseudonyms.ofUsers(PLAIN, BEFORE).of("ada")).contains("ada");
        assertThat(Pseudonyms.ofUsers(NONE, BEFORE).of("ada")).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void findWhatWasStoredUnderEveryKeyAndInEveryMode(IdentityMode mode) {
        List<String> all = Pseudonyms.ofUsers(mode, AFTER).allOf("ada");

        assertThat(all)
                .containsExactly(
                        Pseudonyms.ofUsers(HMAC, AFTER).of("ada").orElseThrow(),
                        Pseudonyms.ofUsers(HMAC, BEFORE).of("ada").orElseThrow(),
                        "ada");
        assertThat(all.getFirst()).startsWith(NEW.id());
    }

    @ParameterizedTest
    @EnumSource
    void doNotLetAUserPassForAnotherByTheirPseudonym(IdentityMode mode) {
        String ada = Pseudonyms.ofUsers(HMAC, BEFORE).of("ada").orElseThrow();
        Pseudonyms users = Pseudonyms.ofUsers(mode, BEFORE);

        assertThat(users.of(ada)).isNotEqualTo(Optional.of(ada));
        assertThat(users.allOf(ada)).doesNotContain(ada).hasSize(1);
        if (mode != NONE) {
            assertThat(users.allOf(ada)).contains(users.of(ada).orElseThrow());
        }
    }
}
