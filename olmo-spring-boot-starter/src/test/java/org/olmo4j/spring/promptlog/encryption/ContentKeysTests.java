package org.olmo4j.spring.promptlog.encryption;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.olmo4j.spring.promptlog.encryption.EncryptionException.Reason;

class ContentKeysTests {

    private static final Clock CLOCK = Clock.fixed(Instant.parse("2026-11-25T23:59:59.123456789Z"), ZoneOffset.UTC);
    private static final UUID RECORD = new UUID(1, 2);
    private static final String PROMPT = "prompt";
    private static final String SECRET = "What Ada asked, in Grüße";
    private static final MasterKey OLD = MasterKey.random();
    private static final MasterKeys OLD_ONLY = new MasterKeys(List.of(OLD));

    private final ContentKeys keys = new ContentKeys(OLD_ONLY, CLOCK, 100);

    private EncryptedContent encrypt(String user) {
        return keys.encrypt(user, RECORD, PROMPT, SECRET.getBytes(UTF_8));
    }

    private static String decrypt(ContentKeys keys, EncryptedContent content) {
        return new String(keys.decrypt(content.key(), RECORD, PROMPT, content.bytes()), UTF_8);
    }

    private static ContentKeys anotherProcess() {
        return new ContentKeys(OLD_ONLY, CLOCK, 100);
    }

    private static void assertNotAuthentic(Runnable decryption) {
        assertThatExceptionOfType(EncryptionException.class)
                .isThrownBy(decryption::run)
                .satisfies(e -> assertThat(e.reason()).isEqualTo(Reason.NOT_AUTHENTIC));
    }

    private static byte[] changed(byte[] bytes, int at) {
        byte[] changed = bytes.clone();
        changed[at] ^= 1;
        return changed;
    }

    @Test
    void giveBackWhatWasEncryptedToWhoeverHasTheStoredKey() {
        EncryptedContent content = encrypt("ada");

        assertThat(decrypt(keys, content)).isEqualTo(SECRET);
        assertThat(decrypt(anotherProcess(), content)).isEqualTo(SECRET);
        assertThat(new String(content.bytes(), ISO_8859_1)).doesNotContain("Ada");
        assertThat(content.bytes()).hasSize(SECRET.getBytes(UTF_8).length + 29);
        assertThat(content.key().userKey()).isEqualTo("ada");
        assertThat(content.key().masterKeyId()).isEqualTo(OLD.id());
        assertThat(content.key().created()).isEqualTo("2026-11-25T23:59:59.123456Z");
    }

    @Test
    void takeContentsOfAnyLength() {
        Random random = new Random(1);
        for (int length : new int[] {0, 1, 15, 16, 17, 100_000}) {
            byte[] plain = new byte[length];
            random.nextBytes(plain);
            EncryptedContent content = keys.encrypt("ada", RECORD, PROMPT, plain);

            assertThat(anotherProcess().decrypt(content.key(), RECORD, PROMPT, content.bytes()))
                    .isEqualTo(plain);
        }
    }

    @Test
    void useOneKeyForEachUserAndNoNonceTwice() {
        Set<UUID> ids = new HashSet<>();
        Set<String> nonces = new HashSet<>();
        for (int i = 0; i < 1_000; i++) {
            EncryptedContent content = encrypt("user" + i % 10);
            ids.add(content.key().id());
            nonces.add(new String(content.bytes(), 1, 12, ISO_8859_1));
        }

        assertThat(ids).hasSize(10);
        assertThat(nonces).hasSize(1_000);
    }

    @Test
    void useAKeyForEachDayForContentsWithoutUser() {
        EncryptedContent evening = encrypt(null);
        ContentKeys tomorrow = new ContentKeys(OLD_ONLY, Clock.offset(CLOCK, Duration.ofSeconds(1)), 100);

        assertThat(evening.key().userKey()).isEqualTo("day:2026-11-25");
        assertThat(encrypt(null).key().id()).isEqualTo(evening.key().id());
        assertThat(tomorrow.encrypt(null, RECORD, PROMPT, new byte[1]).key().userKey())
                .isEqualTo("day:2026-11-26");
    }

    @Test
    void refuseWhatWasChangedInAnyByte() {
        EncryptedContent content = encrypt("ada");

        for (int i = 0; i < content.bytes().length; i++) {
            byte[] changed = changed(content.bytes(), i);
            assertNotAuthentic(() -> keys.decrypt(content.key(), RECORD, PROMPT, changed));
        }
        assertNotAuthentic(() -> keys.decrypt(content.key(), RECORD, PROMPT, new byte[0]));
        assertNotAuthentic(() -> keys.decrypt(content.key(), RECORD, PROMPT, new byte[] {1, 2, 3}));
    }

    @Test
    void refuseAContentInThePlaceOfAnother() {
        EncryptedContent ofAda = encrypt("ada");
        EncryptedContent ofBob = encrypt("bob");

        assertNotAuthentic(() -> keys.decrypt(ofAda.key(), new UUID(1, 3), PROMPT, ofAda.bytes()));
        assertNotAuthentic(() -> keys.decrypt(ofAda.key(), RECORD, "answer", ofAda.bytes()));
        assertNotAuthentic(() -> keys.decrypt(ofBob.key(), RECORD, PROMPT, ofAda.bytes()));
    }

    @Test
    void refuseAKeyThatWasChangedOrGivenToAnotherUser() {
        EncryptedContent content = encrypt("ada");
        ContentKey key = content.key();
        ContentKey ofBob = new ContentKey(key.id(), "bob", key.wrapped(), key.masterKeyId(), key.created());
        ContentKey renamed =
                new ContentKey(new UUID(9, 9), key.userKey(), key.wrapped(), key.masterKeyId(), key.created());

        assertNotAuthentic(() -> anotherProcess().decrypt(ofBob, RECORD, PROMPT, content.bytes()));
        assertNotAuthentic(() -> anotherProcess().decrypt(renamed, RECORD, PROMPT, content.bytes()));
        for (int i = 0; i < key.wrapped().length; i++) {
            ContentKey changed = new ContentKey(
                    key.id(), key.userKey(), changed(key.wrapped(), i), key.masterKeyId(), key.created());
            assertNotAuthentic(() -> anotherProcess().decrypt(changed, RECORD, PROMPT, content.bytes()));
        }
        ContentKey empty = new ContentKey(key.id(), key.userKey(), new byte[0], key.masterKeyId(), key.created());
        assertNotAuthentic(() -> anotherProcess().decrypt(empty, RECORD, PROMPT, content.bytes()));
    }

    @Test
    void readWhatWasWrappedBeforeARotationAndWrapByTheNewKey() {
        EncryptedContent before = encrypt("ada");
        MasterKey current = MasterKey.random();
        ContentKeys rotated = new ContentKeys(new MasterKeys(List.of(current, OLD)), CLOCK, 100);

        assertThat(decrypt(rotated, before)).isEqualTo(SECRET);
        EncryptedContent after = rotated.encrypt("ada", RECORD, PROMPT, SECRET.getBytes(UTF_8));
        assertThat(after.key().masterKeyId()).isEqualTo(current.id());
        ContentKeys withoutOld = new ContentKeys(new MasterKeys(List.of(current)), CLOCK, 100);
        assertThat(decrypt(withoutOld, after)).isEqualTo(SECRET);
        assertThatExceptionOfType(EncryptionException.class)
                .isThrownBy(() -> decrypt(withoutOld, before))
                .satisfies(e -> assertThat(e.reason()).isEqualTo(Reason.UNKNOWN_MASTER_KEY))
                .withMessageContainingAll(before.key().id().toString(), OLD.id(), current.id());
    }

    @Test
    void takeANewKeyForAUserWhoWasForgotten() {
        EncryptedContent before = encrypt("ada");
        EncryptedContent ofBob = encrypt("bob");
        keys.forgetIf(key -> key.userKey().equals("ada"));

        assertThat(encrypt("ada").key().id()).isNotEqualTo(before.key().id());
        assertThat(encrypt("bob").key().id()).isEqualTo(ofBob.key().id());
    }

    @Test
    void keepNoMoreKeysInMemoryThanTheyMay() {
        ContentKeys two = new ContentKeys(OLD_ONLY, CLOCK, 2);
        UUID ada = two.encrypt("ada", RECORD, PROMPT, new byte[1]).key().id();
        two.encrypt("bob", RECORD, PROMPT, new byte[1]);
        assertThat(two.encrypt("ada", RECORD, PROMPT, new byte[1]).key().id()).isEqualTo(ada);
        two.encrypt("cid", RECORD, PROMPT, new byte[1]);

        assertThat(two.encrypt("ada", RECORD, PROMPT, new byte[1]).key().id()).isEqualTo(ada);
        two.encrypt("bob", RECORD, PROMPT, new byte[1]);
        two.encrypt("cid", RECORD, PROMPT, new byte[1]);
        assertThat(two.encrypt("ada", RECORD, PROMPT, new byte[1]).key().id()).isNotEqualTo(ada);
        assertThatIllegalArgumentException().isThrownBy(() -> new ContentKeys(OLD_ONLY, CLOCK, 0));
    }
}
