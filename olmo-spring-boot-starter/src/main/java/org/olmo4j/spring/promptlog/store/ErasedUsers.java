package org.olmo4j.spring.promptlog.store;

import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.olmo4j.spring.promptlog.ContentState;
import org.olmo4j.spring.promptlog.PromptEntry;
import org.olmo4j.spring.promptlog.encryption.ContentKey;
import org.olmo4j.spring.promptlog.identity.ErasureHashes;

/**
 * Users who were erased, known by hashes only, and when: says what may still be kept of an entry, wherever it is on its way. Immutable, thread-safe.
 */
public final class ErasedUsers {

    /** None. */
    public static final ErasedUsers NOBODY = new ErasedUsers(user -> List.of(), Map.of());

    private final Hashes hashes;
    private final Map<String, Instant> erasedByHash;

    /** What a user may be known as. */
    @FunctionalInterface
    private interface Hashes {
        List<String> allOf(String userKey);
    }

    /**
     * By marks.
     *
     * @param hashes by which users are found among the marks
     * @param erasedByHash when each was erased last
     */
    public ErasedUsers(ErasureHashes hashes, Map<String, Instant> erasedByHash) {
        this(hashes::allOf, erasedByHash);
    }

    private ErasedUsers(Hashes hashes, Map<String, Instant> erasedByHash) {
        this.hashes = hashes;
        this.erasedByHash = Map.copyOf(erasedByHash);
    }

    /**
     * Whether there are none.
     *
     * @return true if so
     */
    public boolean isEmpty() {
        return erasedByHash.isEmpty();
    }

    /**
     * Of the latest erasure.
     *
     * @return the epoch if there is none
     */
    public Instant latest() {
        return erasedByHash.values().stream().max(Instant::compareTo).orElse(Instant.EPOCH);
    }

    /**
     * These and others.
     *
     * @param others the later time counts where both know a user
     * @return all of them
     */
    public ErasedUsers and(ErasedUsers others) {
        Map<String, Instant> all = new HashMap<>(erasedByHash);
        others.erasedByHash.forEach((hash, erased) -> all.merge(hash, erased, ErasedUsers::later));
        return new ErasedUsers(isEmpty() ? others.hashes : hashes, all);
    }

    /**
     * What is new in these.
     *
     * @param known what is not
     * @return users whom those do not know, or not so late
     */
    public ErasedUsers since(ErasedUsers known) {
        Map<String, Instant> news = new HashMap<>(erasedByHash);
        news.entrySet().removeAll(known.erasedByHash.entrySet());
        return new ErasedUsers(hashes, news);
    }

    /**
     * Those of later.
     *
     * @param time erased at this time or later
     * @return some of these
     */
    public ErasedUsers from(Instant time) {
        Map<String, Instant> some = new HashMap<>(erasedByHash);
        some.values().removeIf(erased -> erased.isBefore(time));
        return new ErasedUsers(hashes, some);
    }

    /**
     * What may be kept of an entry. What was received before its user was erased becomes anonymous. Of later entries a text is not kept if its key is of
     * before: the key comes with each entry, so that the destroyed key would come back, and open what is in backups.
     *
     * @param entry any
     * @return the same where nothing is in the way
     */
    public PromptEntry allowed(PromptEntry entry) {
        if (isErased(entry)) {
            return entry.anonymous();
        }
        return hasErasedKey(entry) ? entry.withoutContent(ContentState.DROPPED) : entry;
    }

    boolean isErased(PromptEntry entry) {
        Instant erased = erased(entry.record().caller().userKey());
        return erased != null && !entry.record().times().received().isAfter(erased);
    }

    boolean hasErasedKey(PromptEntry entry) {
        return entry.key() != null && isErased(entry.key());
    }

    /**
     * Whether a key is of before its user was erased.
     *
     * @param key of any user
     * @return true if nothing may be encrypted with it any more
     */
    public boolean isErased(ContentKey key) {
        Instant erased = erased(key.userKey());
        return erased != null && !key.created().isAfter(erased);
    }

    private @Nullable Instant erased(@Nullable String userKey) {
        if (userKey == null || erasedByHash.isEmpty()) {
            return null;
        }
        Instant latest = null;
        for (String hash : hashes.allOf(userKey)) {
            Instant erased = erasedByHash.get(hash);
            if (erased != null) {
                latest = latest == null ? erased : later(latest, erased);
            }
        }
        return latest;
    }

    private static Instant later(Instant one, Instant other) {
        return one.isAfter(other) ? one : other;
    }
}
