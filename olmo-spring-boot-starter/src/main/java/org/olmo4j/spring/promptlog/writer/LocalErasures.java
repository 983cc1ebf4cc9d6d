package org.olmo4j.spring.promptlog.writer;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import org.olmo4j.spring.promptlog.EntryFormatException;
import org.olmo4j.spring.promptlog.PromptEntry;
import org.olmo4j.spring.promptlog.PromptEntryCodec;
import org.olmo4j.spring.promptlog.encryption.ContentKey;
import org.olmo4j.spring.promptlog.journal.Journal;
import org.olmo4j.spring.promptlog.store.ErasedUsers;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets erasures reach the files of this instance, whichever instance erased: what is in journal and dead letters is changed, and what comes later is
 * changed before it gets there. Thread-safe.
 */
final class LocalErasures {

    private static final Logger log = LoggerFactory.getLogger(LocalErasures.class);

    /** By so much the clocks of instances may differ. */
    private static final Duration CLOCK_DIFFERENCE = Duration.ofHours(1);

    /** No request takes so long that a text of before an erasure comes later than this. */
    private static final Duration LONGEST_REQUEST = Duration.ofDays(1);

    private final LogDatabase database;
    private final Journal journal;
    private final DeadLetters deadLetters;
    private final Consumer<Predicate<ContentKey>> forgetKeys;
    private final PromptEntryCodec codec = new PromptEntryCodec();

    /**
     * Entries are handed to the journal under the read lock, after a look at the known erasures; these change under the write lock. So who changes them
     * finds in the journal whatever did not see the change.
     */
    private final ReadWriteLock appending = new ReentrantReadWriteLock();

    private volatile ErasedUsers known;
    private ErasedUsers applied;

    LocalErasures(
            LogDatabase database,
            Journal journal,
            DeadLetters deadLetters,
            Consumer<Predicate<ContentKey>> forgetKeys) {
        this.database = database;
        this.journal = journal;
        this.deadLetters = deadLetters;
        this.forgetKeys = forgetKeys;
        this.known = ErasedUsers.NOBODY;
        this.applied = ErasedUsers.NOBODY;
    }

    /** What may be kept of an entry, by the erasures that are known here. */
    PromptEntry allowed(PromptEntry entry) {
        return known.allowed(entry);
    }

    /** Hands what may be kept of an entry to who appends it to the journal, which must not wait. */
    <T> T appending(PromptEntry entry, Function<PromptEntry, T> append) {
        appending.readLock().lock();
        try {
            return append.apply(allowed(entry));
        } finally {
            appending.readLock().unlock();
        }
    }

    /**
     * Does in the files what was erased since this was called last.
     *
     * @throws org.olmo4j.spring.promptlog.store.StoreException if the database cannot be used
     * @throws org.olmo4j.spring.promptlog.journal.JournalException if the journal cannot be written anew; do it again
     */
    synchronized void apply() {
        Instant latest = applied.latest();
        ErasedUsers found = database.erasedSince(applied.isEmpty() ? Instant.EPOCH : latest.minus(CLOCK_DIFFERENCE));
        ErasedUsers news = found.since(applied);
        if (news.isEmpty()) {
            return;
        }
        makeKnown(news);
        forgetKeys.accept(news::isErased);
        journal.rewrite(encoded -> Optional.of(allowed(encoded, news)));
        int unreadable = deadLetters.change(news::allowed);
        if (unreadable > 0) {
            log.warn(
                    "{} records in {} are of a later release, which nobody here can read: whether they are of users"
                            + " who were erased is not known. They go when they are older than texts may be; or delete"
                            + " them",
                    unreadable,
                    deadLetters.folder());
        }
        applied = remembered(applied.and(news));
    }

    private void makeKnown(ErasedUsers news) {
        appending.writeLock().lock();
        try {
            known = remembered(known.and(news));
        } finally {
            appending.writeLock().unlock();
        }
    }

    private static ErasedUsers remembered(ErasedUsers erased) {
        return erased.from(erased.latest().minus(LONGEST_REQUEST));
    }

    private byte[] allowed(byte[] encoded, ErasedUsers erased) {
        try {
            PromptEntry entry = codec.decode(encoded);
            PromptEntry allowed = erased.allowed(entry);
            return allowed.equals(entry) ? encoded : codec.encode(allowed);
        } catch (EntryFormatException unknown) {
            // It goes to the dead letters.
            return encoded;
        }
    }
}
