package org.olmo4j.spring.promptlog.identity;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.GeneralSecurityException;
import java.security.Key;
import java.util.Base64;
import java.util.List;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import org.olmo4j.spring.promptlog.encryption.MasterKey;
import org.olmo4j.spring.promptlog.encryption.MasterKeys;

/** HMAC-SHA-256 (RFC 2104) under a key for one purpose, written as key id, colon, and 43 digits of Base64url. */
final class KeyedHash {

    private static final String HMAC = "HmacSHA256";
    private static final Pattern FORM = Pattern.compile("[0-9a-f]{8}:[A-Za-z0-9_-]{43}");

    private final List<PurposeKey> keys;

    private record PurposeKey(String id, Key key) {

        static PurposeKey of(MasterKey master, String purpose) {
            return new PurposeKey(master.id(), master.derive(purpose, HMAC));
        }

        String hash(byte[] content) {
            return id + ":" + Base64.getUrlEncoder().withoutPadding().encodeToString(hmac(key, content));
        }
    }

    KeyedHash(MasterKeys masterKeys, String purpose) {
        this.keys = masterKeys.keys().stream()
                .map(key -> PurposeKey.of(key, purpose))
                .toList();
    }

    /** Under the current key. */
    String of(byte[] content) {
        return keys.getFirst().hash(content);
    }

    /** Under every key, the current one first. */
    List<String> allOf(byte[] content) {
        return keys.stream().map(key -> key.hash(content)).toList();
    }

    static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    /** Whether a text looks like what this makes. */
    static boolean isOne(String text) {
        return FORM.matcher(text).matches();
    }

    static byte[] hmac(Key key, byte[] content) {
        try {
            Mac mac = Mac.getInstance(HMAC);
            mac.init(key);
            return mac.doFinal(content);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Every Java platform has " + HMAC + " (javax.crypto.Mac)", e);
        }
    }
}
