package org.olmo4j.spring.promptlog.store;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.olmo4j.spring.footprint.FootprintHistory;
import org.olmo4j.spring.footprint.FootprintTotals;
import org.olmo4j.spring.promptlog.PromptEntry;
import org.olmo4j.spring.promptlog.PromptRecord;
import org.olmo4j.spring.promptlog.PromptStatus;
import org.olmo4j.spring.promptlog.encryption.ContentKey;
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
     * @param clock the time of erasures and retention
     * @return at once
     */
    public static PromptStore open(StoreOptions options, Clock clock) {
        return new PromptStore(new StoreConnection(options, clock), clock);
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
        return connection.write(store -> store.get(BatchWriter.class).write(entries));
    }

    /**
     * Marks what an earlier process of an instance has left unfinished. Its end, if it still comes, takes the place of the mark.
     *
     * @param instance which
     * @param receivedBefore start of the present process
     * @return how many
     */
    public int markInterrupted(String instance, Instant receivedBefore) {
        return connection.write(store -> store.inTransaction(() -> store.get(Rows.Prompts.class)
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
     * @return the page and how many there are in all
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
        return connection.read(
                store -> store.get(RecordReader.class).scan(query, before, mostItems, mostLooked, matches));
    }

    /**
     * All entries of a user, oldest first, a few in memory at a time.
     *
     * @param userKeys what stands for the user
     * @param consumer given each; what it throws ends it
     */
    public void forEachOf(Set<String> userKeys, Consumer<PromptEntry> consumer) {
        Set<String> names = storable(userKeys);
        if (!names.isEmpty()) {
            connection.read(store -> {
                store.get(RecordReader.class).forEachOf(names, consumer);
                return names;
            });
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
        return names.isEmpty()
                ? new ErasureResult(0, 0, 0)
                : connection.write(store -> store.get(Eraser.class).erase(names, clock.instant()));
    }

    private static Set<String> storable(Set<String> names) {
        return names.stream().map(PromptRecord::storableName).collect(Collectors.toUnmodifiableSet());
    }

    /**
     * Deletes what is older than it may be.
     *
     * @param retention how old that is
     * @return what there was
     */
    public Retention.Result apply(Retention retention) {
        return connection.write(store -> store.get(RetentionRun.class).apply(retention, clock.instant()));
    }

    /**
     * The keys of a user's texts, to decrypt them, or to go on encrypting with one of them.
     *
     * @param userKeys what stands for the user
     * @return any number
     */
    public List<ContentKey> keysOf(Set<String> userKeys) {
        Set<String> names = storable(userKeys);
        return names.isEmpty()
                ? List.of()
                : connection.read(store -> store.get(Rows.Keys.class).findByUserKeyIn(names).stream()
                        .map(KeyRow::toKey)
                        .toList());
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
     * What requests cost, of all instances.
     *
     * @param dimension by what they are told apart; users by what stands for them
     * @param from ended at this time or later
     * @param until ended before this time
     * @param zone says when a day begins
     * @return in order of their names, within the bounds of {@link FootprintTotals}
     */
    public List<FootprintTotals.Row> usage(
            FootprintTotals.Dimension dimension, Instant from, Instant until, ZoneId zone) {
        List<FootprintHistory.Entry> sums =
                connection.read(store -> store.get(UsageReader.class).sums(from, until, null));
        return new FootprintTotals(clock.withZone(zone), () -> sums).by(dimension);
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
        return () -> connection.read(store -> store.get(UsageReader.class).sums(Instant.EPOCH, before, name));
    }

    /** Closes the database. */
    @Override
    public void close() {
        connection.close();
    }
}
