package org.olmo4j.spring.promptlog.encryption;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import java.util.function.Predicate;
import javax.crypto.AEADBadTagException;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;
import org.olmo4j.spring.promptlog.encryption.EncryptionException.Reason;

/**
 * Encrypts contents, each user's with keys of their own, and decrypts them.
 *
 * <p>A key is made here when there is none in memory for a user, not asked for at a database, which may be down: so a user may have several
 * keys, one for each process and each time that the least recently used were dropped. A content is bound to its record and field: in the place of another it is not authentic. Thread-safe.
 */
public final class ContentKeys {

    /** Far below the 2^32 messages that SP 800-38D, 8.3, allows a key with random nonces. */
    private static final int MOST_MESSAGES = 1 << 20;

    private static final byte VERSION = 1;
    private static final String WRAPPING = "wrapping of content keys";
    private static final String AES = "AES";
    private static final String DAY = "day:";

    private final MasterKeys masterKeys;
    private final Clock clock;
    private final SecureRandom random = new SecureRandom();
    private final Map<String, DataKey> byUser;
    private final Map<UUID, DataKey> byId;

    /** A key that is not wrapped. */
    private static final class DataKey {

        private final ContentKey stored;
        private final SecretKey secret;
        private int messages;

        DataKey(ContentKey stored, SecretKey secret) {
            this.stored = stored;
            this.secret = secret;
        }
    }

    /** Drops the least recently used. */
    private static final class BoundedMap<K, V> extends LinkedHashMap<K, V> {

        private static final long serialVersionUID = 1L;

        private final int most;

        BoundedMap(int most) {
            super(16, 0.75f, true);
            this.most = most;
        }

        @Override
        protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
            return size() > most;
        }
    }

    /**
     * Makes one without a key in memory.
     *
     * @param masterKeys by which data keys are wrapped
     * @param clock for the times of keys, and the days of contents without a user
     * @param mostKeys that are kept in memory, for writing and for reading each; positive
     */
    public ContentKeys(MasterKeys masterKeys, Clock clock, int mostKeys) {
        if (mostKeys < 1) {
            throw new IllegalArgumentException("mostKeys is " + mostKeys + "; it must be 1 or more");
        }
        this.masterKeys = masterKeys;
        this.clock = clock;
        this.byUser = new BoundedMap<>(mostKeys);
        this.byId = new BoundedMap<>(mostKeys);
    }

    /**
     * Whether a name has the form of those under which the keys of contents without a user are kept.
     *
     * @param userKey any
     * @return true: no user may be called so
     */
    public static boolean isDay(String userKey) {
        return userKey.startsWith(DAY);
    }

    /**
     * Encrypts a content.
     *
     * @param userKey pseudonym of the user; null for none: such contents have a key for each day (UTC)
     * @param record that the content belongs to
     * @param field of the record
     * @param plain the content
     * @return with the key that has to be stored with it, unless that was done before
     */
    public EncryptedContent encrypt(@Nullable String userKey, UUID record, String field, byte[] plain) {
        DataKey key = keyFor(userKey == null ? DAY + LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC) : userKey);
        byte[] nonce = nonce();
        byte[] encrypted = AesGcm.encrypt(key.secret, nonce, associated(key.stored.id(), record, field), plain);
        byte[] bytes = ByteBuffer.allocate(1 + nonce.length + encrypted.length)
                .put(VERSION)
                .put(nonce)
                .put(encrypted)
                .array();
        return new EncryptedContent(key.stored, bytes);
    }

    /**
     * Decrypts a content.
     *
     * @param key that was stored with it
     * @param record that it belongs to
     * @param field of the record
     * @param encrypted as it was encrypted
     * @return the content
     * @throws EncryptionException if the master key is not known, or anything of this is not as it was
     */
    public byte[] decrypt(ContentKey key, UUID record, String field, byte[] encrypted) {
        if (encrypted.length < 1 + AesGcm.NONCE_BYTES + AesGcm.TAG_BYTES || encrypted[0] != VERSION) {
            throw notAuthentic("The " + field + " of record " + record + " is not of version " + VERSION, null);
        }
        ByteBuffer bytes = ByteBuffer.wrap(encrypted, 1, encrypted.length - 1);
        byte[] nonce = new byte[AesGcm.NONCE_BYTES];
        bytes.get(nonce);
        byte[] rest = new byte[bytes.remaining()];
        bytes.get(rest);
        try {
            return AesGcm.decrypt(unwrapped(key).secret, nonce, associated(key.id(), record, field), rest);
        } catch (AEADBadTagException e) {
            throw notAuthentic(
                    "The " + field + " of record " + record + " was not encrypted so with key " + key.id(), e);
        }
    }

    /**
     * Drops keys from memory, when the stored ones are erased. What their users write afterwards has new keys; what another thread encrypts at this
     * moment may still have an old one, so erase keys that come in after this as well.
     *
     * @param unwanted says which
     */
    public void forgetIf(Predicate<ContentKey> unwanted) {
        synchronized (byUser) {
            byUser.values().removeIf(key -> unwanted.test(key.stored));
            byId.values().removeIf(key -> unwanted.test(key.stored));
        }
    }

    private DataKey keyFor(String userKey) {
        synchronized (byUser) {
            DataKey key = byUser.get(userKey);
            if (key == null || key.messages == MOST_MESSAGES) {
                key = create(userKey);
                byUser.put(userKey, key);
            }
            key.messages++;
            return key;
        }
    }

    private DataKey create(String userKey) {
        byte[] secret = new byte[MasterKey.BYTES];
        random.nextBytes(secret);
        UUID id = UUID.randomUUID();
        byte[] nonce = nonce();
        byte[] encrypted = AesGcm.encrypt(wrappingKey(masterKeys.current()), nonce, associated(id, userKey), secret);
        byte[] wrapped = ByteBuffer.allocate(nonce.length + encrypted.length)
                .put(nonce)
                .put(encrypted)
                .array();
        // Databases keep microseconds.
        Instant created = clock.instant().truncatedTo(ChronoUnit.MICROS);
        ContentKey stored =
                new ContentKey(id, userKey, wrapped, masterKeys.current().id(), created);
        return new DataKey(stored, new SecretKeySpec(secret, AES));
    }

    private DataKey unwrapped(ContentKey key) {
        synchronized (byUser) {
            DataKey known = byId.get(key.id());
            if (known == null) {
                known = unwrap(key);
                byId.put(key.id(), known);
            }
            return known;
        }
    }

    private DataKey unwrap(ContentKey key) {
        MasterKey masterKey = masterKeys
                .find(key.masterKeyId())
                .orElseThrow(() -> new EncryptionException(
                        Reason.UNKNOWN_MASTER_KEY,
                        "Content key " + key.id() + " was wrapped by master key " + key.masterKeyId()
                                + ", but known are " + masterKeys,
                        "Give that master key too, behind the current one",
                        null));
        if (key.wrapped().length != AesGcm.NONCE_BYTES + MasterKey.BYTES + AesGcm.TAG_BYTES) {
            throw notAuthentic("Content key " + key.id() + " has " + key.wrapped().length + " bytes", null);
        }
        ByteBuffer wrapped = ByteBuffer.wrap(key.wrapped());
        byte[] nonce = new byte[AesGcm.NONCE_BYTES];
        wrapped.get(nonce);
        byte[] encrypted = new byte[wrapped.remaining()];
        wrapped.get(encrypted);
        try {
            byte[] secret =
                    AesGcm.decrypt(wrappingKey(masterKey), nonce, associated(key.id(), key.userKey()), encrypted);
            return new DataKey(key, new SecretKeySpec(secret, AES));
        } catch (AEADBadTagException e) {
            throw notAuthentic("Content key " + key.id() + " was not wrapped so by " + masterKey, e);
        }
    }

    private static SecretKey wrappingKey(MasterKey masterKey) {
        return masterKey.derive(WRAPPING, AES);
    }

    private byte[] nonce() {
        byte[] nonce = new byte[AesGcm.NONCE_BYTES];
        random.nextBytes(nonce);
        return nonce;
    }

    private static byte[] associated(UUID key, String userKey) {
        byte[] text = userKey.getBytes(UTF_8);
        return ByteBuffer.allocate(2 * Long.BYTES + text.length)
                .putLong(key.getMostSignificantBits())
                .putLong(key.getLeastSignificantBits())
                .put(text)
                .array();
    }

    private static byte[] associated(UUID key, UUID record, String field) {
        byte[] text = field.getBytes(UTF_8);
        return ByteBuffer.allocate(1 + 4 * Long.BYTES + text.length)
                .put(VERSION)
                .putLong(key.getMostSignificantBits())
                .putLong(key.getLeastSignificantBits())
                .putLong(record.getMostSignificantBits())
                .putLong(record.getLeastSignificantBits())
                .put(text)
                .array();
    }

    private static EncryptionException notAuthentic(String problem, @Nullable Throwable cause) {
        return new EncryptionException(
                Reason.NOT_AUTHENTIC, problem, "It was changed or belongs elsewhere; take it from a backup", cause);
    }
}
