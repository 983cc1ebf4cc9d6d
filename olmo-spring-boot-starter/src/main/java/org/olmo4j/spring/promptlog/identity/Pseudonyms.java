package org.olmo4j.spring.promptlog.identity;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.olmo4j.spring.promptlog.encryption.ContentKeys;
import org.olmo4j.spring.promptlog.encryption.MasterKeys;

/**
 * What stands for users, sessions or conversations in the log. The same id has different pseudonyms as a user and as a session. Immutable, thread-safe.
 */
public final class Pseudonyms {

    private final IdentityMode mode;
    private final KeyedHash hash;

    private Pseudonyms(IdentityMode mode, MasterKeys keys, String purpose) {
        this.mode = mode;
        this.hash = new KeyedHash(keys, purpose);
    }

    /**
     * For users.
     *
     * @param mode what is stored
     * @param keys the first makes what is stored, all are searched
     * @return pseudonyms of users
     */
    public static Pseudonyms ofUsers(IdentityMode mode, MasterKeys keys) {
        return new Pseudonyms(mode, keys, "pseudonyms of users");
    }

    /**
     * For conversations.
     *
     * @param mode what is stored
     * @param keys the first makes what is stored, all are searched
     * @return pseudonyms of conversations
     */
    public static Pseudonyms ofConversations(IdentityMode mode, MasterKeys keys) {
        return new Pseudonyms(mode, keys, "pseudonyms of conversations");
    }

    /**
     * For sessions.
     *
     * @param mode what is stored
     * @param keys the first makes what is stored, all are searched
     * @return pseudonyms of sessions
     */
    public static Pseudonyms ofSessions(IdentityMode mode, MasterKeys keys) {
        return new Pseudonyms(mode, keys, "pseudonyms of sessions");
    }

    /**
     * What is stored for an id.
     *
     * @param plain the id; null if there is none
     * @return empty if there is none, or nothing is stored. An id in the form of a pseudonym, or of a day's key, is never stored as it is, so
     *     that nobody can take that of another
     */
    public Optional<String> of(@Nullable String plain) {
        if (plain == null) {
            return Optional.empty();
        }
        return switch (mode) {
            case HMAC -> Optional.of(hash.of(KeyedHash.bytes(plain)));
            case PLAIN -> Optional.of(isTaken(plain) ? hash.of(KeyedHash.bytes(plain)) : plain);
            case NONE -> Optional.empty();
        };
    }

    /**
     * All that an id may be stored as, by this mode or another one that was set before, under any of the keys.
     *
     * @param plain the id
     * @return what to search, erase or export by; no other id has any of them
     */
    public List<String> allOf(String plain) {
        List<String> all = new ArrayList<>(hash.allOf(KeyedHash.bytes(plain)));
        if (!isTaken(plain)) {
            all.add(plain);
        }
        return List.copyOf(all);
    }

    private static boolean isTaken(String plain) {
        return KeyedHash.isOne(plain) || ContentKeys.isDay(plain);
    }
}
