package org.olmo4j.spring.promptlog.store;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.olmo4j.spring.footprint.FootprintHistory;
import org.olmo4j.spring.promptlog.PromptEntry;
import org.olmo4j.spring.promptlog.PromptRecord;
import org.olmo4j.spring.promptlog.PromptStatus;
import org.olmo4j.spring.promptlog.identity.ErasureHashes;
import org.springframework.data.domain.Limit;

/**
 * The prompt log's database. It is there before the database is: that is reached, and its tables are made, in the background, and reached again when
 * it was away. Nothing here joins a transaction of the caller's. Each method throws a {@link StoreException} while the database cannot be used.
 * Thread-safe.
 */
public final class PromptStore implements AutoCloseable {

    private final StoreConnection connection;
    private final Clock clock;

    private PromptStore(StoreConnection connection, Clock clock) {
        this.connection = connection;
        this.clock = clock;
    }

    /**
     * Begins to reach the database.
     *
     * @param options where it is
     * @param hashes of erased users
     * @param clock the time of erasures and retention
     * @return at once
     */
    public static PromptStore open(StoreOptions options, ErasureHashes hashes, Clock clock) {
        return new PromptStore(new StoreConnection(options, known -> OpenStore.open(known, hashes), clock), clock);
    }

    /**
     * Whether it can be used.
     *
     * @return as of the last use or attempt
     */
    public StoreStatus status() {
        return connection.status();
    }

    /**
     * Waits for the first attempt to reach it, to say at the start of an application what an operator should see then: a file that is in use, for
     * instance.
     *
     * @param atMost how long
     * @return the state then
     * @throws InterruptedException if the thread was interrupted
     */
    public StoreStatus awaitFirstAttempt(Duration atMost) throws InterruptedException {
        return connection.awaitFirstAttempt(atMost);
    }

    /**
     * Waits until it can be used.
     *
     * @param atMost how long
     * @return the state then
     * @throws InterruptedException if the thread was interrupted
     */
    public StoreStatus awaitUp(Duration atMost) throws InterruptedException {
        return connection.awaitUp(atMost);
    }

    /**
     * Writes entries, in one transaction unless the database refuses one of them. They may be there already, wholly or in part: what is there stays,
     * but that an end takes the place of a record that is RUNNING or INTERRUPTED, in whatever order both come. Entries of users who were erased
     * after their request was received become anonymous.
     *
     * @param entries any number; about 100 are quickest
     * @return those that the database refuses; all others are durable
     * @throws StoreException if the database cannot be used; some may have been written, so write all again
     */
    public WriteResult write(Collection<PromptEntry> entries) {
        return connection.writeBatch(store -> store.get(BatchWriter.class).write(entries));
    }

    /**
     * Marks what an earlier process of an instance has left unfinished. Its end, if it still comes, takes the place of the mark.
     *
     * @param instance which
     * @param receivedBefore start of the present process
     * @return how many
     */
    public int markInterrupted(String instance, Instant receivedBefore) {
        return connection.writeBatch(store -> store.get(Transactions.class)
                .call(() -> store.get(Rows.Prompts.class)
                        .replaceStatus(
                                PromptRecord.storableName(instance),
                                receivedBefore,
                                PromptStatus.RUNNING,
                                PromptStatus.INTERRUPTED)));
    }

    /**
     * Records that match, latest first.
     *
     * @param query which
     * @param page number of the page, from 0
     * @param size most items of it, 1 to {@value PromptPage#LARGEST}
     * @return the page, and how many there are in all, counted to {@value PromptPage#COUNTED}
     * @throws IllegalArgumentException if page or size is out of its range
     */
    public PromptPage page(PromptQuery query, int page, int size) {
        return connection.read(store -> store.get(RecordReader.class).page(query, page, size));
    }

    /**
     * One record with its text.
     *
     * @param id of the record
     * @return empty if there is none
     */
    public Optional<PromptEntry> entry(UUID id) {
        return connection.read(store -> store.get(RecordReader.class).entry(id));
    }

    /**
     * Looks through the texts of records that match, latest first. Texts are encrypted, so each has to be read and decrypted: restrict the query,
     * and go on with {@link PromptScan#last()}.
     *
     * @param query which records
     * @param before go on from there; null: from the latest
     * @param mostItems end with so many that match, 1 or more
     * @param mostLooked end after so many texts, 1 or more
     * @param matches decrypts and looks
     * @return what was found
     * @throws IllegalArgumentException if a limit is less than 1
     */
    public PromptScan scan(
            PromptQuery query, @Nullable UUID before, int mostItems, int mostLooked, ContentMatch matches) {
        if (mostItems < 1 || mostLooked < 1) {
            throw new IllegalArgumentException(
                    "mostItems is " + mostItems + " and mostLooked " + mostLooked + "; allowed: 1 or more");
        }
        List<PromptRecord> found = new ArrayList<>();
        UUID last = before;
        for (int looked = 0; ; ) {
            UUID earlierThan = last;
            int most = Math.min(RecordReader.ENTRIES_AT_ONCE, mostLooked - looked);
            // Decrypting fails for other reasons than the database does, and needs no connection.
            List<PromptEntry> some =
                    connection.read(store -> store.get(RecordReader.class).someWithTexts(query, earlierThan, most));
            for (PromptEntry entry : some) {
                looked++;
                last = entry.record().id();
                if (entry.content() != null && matches.test(entry)) {
                    found.add(entry.record());
                    if (found.size() == mostItems) {
                        return new PromptScan(found, looked, Optional.of(last));
                    }
                }
            }
            if (some.size() < most) {
                return new PromptScan(found, looked, Optional.empty());
            }
            if (looked >= mostLooked) {
                return new PromptScan(found, looked, Optional.ofNullable(last));
            }
        }
    }

    /**
     * All entries of a user, oldest first, a few in memory at a time.
     *
     * @param userKeys what stands for the user
     * @param consumer given each; what it throws ends it
     */
    public void forEachOf(Set<String> userKeys, Consumer<PromptEntry> consumer) {
        Set<String> names = storable(userKeys);
        if (names.isEmpty()) {
            return;
        }
        UUID last = null;
        while (true) {
            UUID after = last;
            List<PromptEntry> some =
                    connection.read(store -> store.get(RecordReader.class).someOf(names, after));
            // Who reads may be slow, or gone: that is not the database's failure, and holds no connection.
            some.forEach(consumer);
            if (some.size() < RecordReader.ENTRIES_AT_ONCE) {
                return;
            }
            last = some.getLast().record().id();
        }
    }

    /**
     * Erases users: their keys and texts are deleted, and their records stay as anonymous accounts of tokens and energy. Entries of them that still
     * come, from this time or earlier, become anonymous as well. If it fails, do it again.
     *
     * @param userKeys what stands for them
     * @return what there was
     */
    public ErasureResult erase(Set<String> userKeys) {
        Set<String> names = storable(userKeys);
        if (names.isEmpty()) {
            return ErasureResult.NOTHING;
        }
        int keys = connection.write(store -> store.get(Eraser.class).mark(names, clock.instant()));
        ErasureResult all = new ErasureResult(0, 0, keys);
        while (true) {
            ErasureResult some =
                    connection.write(store -> store.get(Eraser.class).anonymizeSome(names));
            if (some.records() == 0) {
                return all;
            }
            all = all.plus(some);
        }
    }

    /**
     * Users whom any instance erased.
     *
     * @param time erased at this time or later, by the clock of the instance that did
     * @return what may be kept of them
     */
    public ErasedUsers erasedSince(Instant time) {
        return connection.read(store -> store.get(Eraser.class).markedSince(time));
    }

    private static Set<String> storable(Set<String> names) {
        return names.stream().map(PromptRecord::storableName).collect(Collectors.toUnmodifiableSet());
    }

    /**
     * Deletes what is older than it may be, step by step.
     *
     * @param retention how old that is
     * @param stop asked between two steps: if true, the rest is left for another time
     * @return what there was
     */
    public Retention.Result apply(Retention retention, BooleanSupplier stop) {
        Instant now = clock.instant();
        Duration contents = retention.contents();
        Duration records = retention.records();
        Duration longestText = retention.longestText();
        int expired = contents == null
                ? 0
                : repeated(stop, store -> store.get(RetentionRun.class).expireContents(now.minus(contents)));
        int deleted = 0;
        if (records != null) {
            Instant before = now.minus(records);
            deleted = repeated(stop, store -> store.get(RetentionRun.class).deleteRecords(before));
            int _ = once(stop, store -> store.get(RetentionRun.class).deleteTraces(before));
        }
        int keys = longestText == null
                ? 0
                : once(stop, store -> store.get(RetentionRun.class).deleteUnusedKeys(now.minus(longestText)));
        return new Retention.Result(expired, deleted, keys);
    }

    private int repeated(BooleanSupplier stop, Function<OpenStore, Integer> step) {
        int all = 0;
        while (true) {
            int some = once(stop, step);
            if (some == 0) {
                return all;
            }
            all += some;
        }
    }

    private int once(BooleanSupplier stop, Function<OpenStore, Integer> step) {
        return stop.getAsBoolean() ? 0 : connection.write(step);
    }

    /**
     * Puts on record that somebody looked at the log.
     *
     * @param read who and what
     */
    public void record(AdminRead read) {
        connection.write(store -> store.get(Rows.AdminReads.class).save(new AdminReadRow(read)));
    }

    /**
     * Who looked at the log.
     *
     * @param most so many at most, 1 or more
     * @return latest first
     */
    public List<AdminRead> adminReads(int most) {
        return connection.read(store -> store.get(Rows.AdminReads.class).latest(Limit.of(most)).stream()
                .map(AdminReadRow::toRead)
                .toList());
    }

    /**
     * What was accounted for by earlier processes of an instance. Users are those of the log: pseudonyms, unless they are kept in plain text.
     *
     * @param instance which
     * @param before start of the present process, which counts by itself what ends in it
     * @return read from the database when it is asked
     */
    public FootprintHistory history(String instance, Instant before) {
        String name = PromptRecord.storableName(instance);
        return () -> connection.read(store -> store.get(UsageReader.class).sums(name, before));
    }

    /** Closes the database. */
    @Override
    public void close() {
        connection.close();
    }
}
