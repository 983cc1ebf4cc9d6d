package org.olmo4j.spring.promptlog.admin;

import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.olmo4j.spring.promptlog.PromptEntry;
import org.olmo4j.spring.promptlog.PromptRecord;
import org.olmo4j.spring.promptlog.recording.Identities;
import org.olmo4j.spring.promptlog.store.AdminRead;
import org.olmo4j.spring.promptlog.store.ErasureResult;
import org.olmo4j.spring.promptlog.store.PromptPage;
import org.olmo4j.spring.promptlog.store.PromptScan;
import org.olmo4j.spring.promptlog.store.PromptStore;

/**
 * The prompt log, as administrators see it. Users and sessions are named as the application names them. Every call is put on record with who made it,
 * before it is answered. Each method throws a {@link org.olmo4j.spring.promptlog.store.StoreException} while the database cannot be used. Thread-safe.
 */
public final class PromptLog {

    private final PromptStore store;
    private final TextReader texts;
    private final Identities identities;
    private final Eraser eraser;
    private final PromptReplays replays;
    private final Clock clock;
    private final Guesses guesses;

    /**
     * Makes the log.
     *
     * @param store where records are
     * @param texts decrypts
     * @param identities what stands for users and sessions
     * @param eraser destroys what is kept of a user
     * @param replays asks again
     * @param clock time of what administrators do
     */
    public PromptLog(
            PromptStore store,
            TextReader texts,
            Identities identities,
            Eraser eraser,
            PromptReplays replays,
            Clock clock) {
        this.store = store;
        this.texts = texts;
        this.identities = identities;
        this.eraser = eraser;
        this.replays = replays;
        this.clock = clock;
        this.guesses = new Guesses(clock);
    }

    /** Destroys what is kept of users, wherever it is: in the database and on its way there. */
    @FunctionalInterface
    public interface Eraser {

        /**
         * Destroys it.
         *
         * @param userKeys what stands for them
         * @return what there was
         */
        ErasureResult erase(Set<String> userKeys);
    }

    /**
     * A record and its texts.
     *
     * @param record all but the texts
     * @param texts what is kept of them
     */
    public record ReadRecord(PromptRecord record, PromptTexts texts) {}

    /**
     * Records that match, latest first.
     *
     * @param reader who asks
     * @param filter which
     * @param page number of the page, from 0
     * @param size most items of it, 1 to {@value PromptPage#LARGEST}
     * @return the page and how many there are in all
     */
    public PromptPage page(String reader, PromptFilter filter, int page, int size) {
        note(reader, "list", filter.description(), null);
        return store.page(filter.query(identities), page, size);
    }

    /**
     * One record without its texts.
     *
     * @param reader who asks
     * @param id of the record
     * @return empty if there is none
     */
    public Optional<PromptRecord> record(String reader, UUID id) {
        note(reader, "read", null, id);
        return store.entry(id).map(PromptEntry::record);
    }

    /**
     * One record with its texts.
     *
     * @param reader who asks
     * @param id of the record
     * @return empty if there is none
     */
    public Optional<ReadRecord> read(String reader, UUID id) {
        note(reader, "read", "with texts", id);
        return store.entry(id).map(this::opened);
    }

    private ReadRecord opened(PromptEntry entry) {
        return new ReadRecord(entry.record(), texts.read(entry));
    }

    /**
     * What a search found.
     *
     * @param scan the records, and how far it came
     * @param unreadable how many texts could not be decrypted, and so not be looked at
     */
    public record SearchResult(PromptScan scan, int unreadable) {}

    /**
     * Looks for something in the texts of records that match, latest first. Each has to be read and decrypted.
     *
     * @param reader who asks
     * @param filter which records
     * @param wanted what is looked for, in any case of letters
     * @param before go on from there; null: from the latest
     * @param mostItems end with so many that contain it, 1 or more
     * @param mostLooked end after so many texts, 1 or more
     * @return what was found
     */
    public SearchResult search(
            String reader, PromptFilter filter, String wanted, @Nullable UUID before, int mostItems, int mostLooked) {
        note(reader, "search", filter.description(), null);
        AtomicInteger unreadable = new AtomicInteger();
        PromptScan scan = store.scan(filter.query(identities), before, mostItems, mostLooked, entry -> {
            PromptTexts found = texts.read(entry);
            if (found.unreadable() != null) {
                unreadable.incrementAndGet();
            }
            return found.contains(wanted);
        });
        return new SearchResult(scan, unreadable.get());
    }

    /**
     * All of a user, oldest first, a few in memory at a time.
     *
     * @param reader who asks
     * @param user as the application names it
     * @param consumer given each; what it throws ends it
     */
    public void export(String reader, String user, Consumer<ReadRecord> consumer) {
        note(reader, "export", null, null);
        store.forEachOf(Set.copyOf(identities.users().allOf(user)), entry -> consumer.accept(opened(entry)));
    }

    /**
     * Erases a user: keys and texts are destroyed, records stay as anonymous accounts of tokens and energy.
     *
     * @param reader who asks
     * @param user as the application names it
     * @return what there was
     */
    public ErasureResult erase(String reader, String user) {
        note(reader, "erase", null, null);
        return eraser.erase(Set.copyOf(identities.users().allOf(user)));
    }

    /**
     * Asks a recorded prompt again, and compares the answers. What is given is checked against keyed hashes; whether it was right is on record as well,
     * and who is wrong {@value Guesses#MOST} times within an hour has to wait.
     *
     * @param reader who asks; the new generation is on record as theirs
     * @param id of the record
     * @param given what is known of texts that are not kept
     * @return empty if there is no such record
     * @throws TooManyGuessesException if what is given is not looked at
     * @throws org.olmo4j.error.OlmoException if the engine cannot run it now
     */
    public Optional<ReplayAnswer> replay(String reader, UUID id, GivenTexts given) {
        note(reader, "replay", null, id);
        return store.entry(id)
                .map(entry -> replays.replay(
                        entry.record(), texts.read(entry), given, guess -> isRight(reader, id, guess), reader));
    }

    private boolean isRight(String reader, UUID id, BooleanSupplier guess) {
        try {
            guesses.take(reader);
        } catch (TooManyGuessesException refused) {
            note(reader, "guess", "refused", id);
            throw refused;
        }
        boolean right = guess.getAsBoolean();
        if (right) {
            guesses.giveBack(reader);
        }
        note(reader, "guess", right ? "match" : "mismatch", id);
        return right;
    }

    /**
     * Who looked at the log, or changed it, before this call.
     *
     * @param reader who asks
     * @param most so many at most, 1 or more
     * @return latest first
     */
    public List<AdminRead> reads(String reader, int most) {
        List<AdminRead> reads = store.adminReads(most);
        note(reader, "reads", null, null);
        return reads;
    }

    private void note(String reader, String activity, @Nullable String filter, @Nullable UUID id) {
        store.record(new AdminRead(clock.instant(), reader, activity, filter, id));
    }
}
