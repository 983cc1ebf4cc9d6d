package org.olmo4j.spring.promptlog.service;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.olmo4j.engine.Engine;
import org.olmo4j.engine.GenerationListener;
import org.olmo4j.engine.Origin.TextRetention;
import org.olmo4j.spring.footprint.FootprintHistory;
import org.olmo4j.spring.host.ModelListenerFactory;
import org.olmo4j.spring.promptlog.admin.PromptLog;
import org.olmo4j.spring.promptlog.admin.PromptReplays;
import org.olmo4j.spring.promptlog.admin.TextReader;
import org.olmo4j.spring.promptlog.encryption.ContentKeys;
import org.olmo4j.spring.promptlog.identity.ErasureHashes;
import org.olmo4j.spring.promptlog.identity.Pseudonyms;
import org.olmo4j.spring.promptlog.journal.Journal;
import org.olmo4j.spring.promptlog.recording.Identities;
import org.olmo4j.spring.promptlog.recording.PromptRecorder;
import org.olmo4j.spring.promptlog.recording.TextKeeper;
import org.olmo4j.spring.promptlog.redaction.GuardedRedaction;
import org.olmo4j.spring.promptlog.redaction.Redactor;
import org.olmo4j.spring.promptlog.store.PromptStore;
import org.olmo4j.spring.promptlog.store.Retention;
import org.olmo4j.spring.promptlog.store.StoreException;
import org.olmo4j.spring.promptlog.store.StoreState;
import org.olmo4j.spring.promptlog.store.StoreStatus;
import org.olmo4j.spring.promptlog.writer.DeadLetters;
import org.olmo4j.spring.promptlog.writer.LogStatus;
import org.olmo4j.spring.promptlog.writer.PromptWriter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.util.unit.DataSize;

/**
 * The prompt log of an application, running: it hears of the generations of every model, keeps them, and shows them to administrators. Thread-safe.
 */
public final class PromptLogService implements ModelListenerFactory, AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(PromptLogService.class);

    /** A folder that somebody else has is told at the start; a database that is far away is waited for in the background. */
    private static final Duration FIRST_ATTEMPT = Duration.ofSeconds(10);

    /** How soon what is too old is deleted after the start, and how soon again if that fails. */
    private static final Duration SHORTLY = Duration.ofSeconds(30);

    private static final DataSize DEAD_LETTERS = DataSize.ofMegabytes(64);
    private static final int REDACTION_THREADS = 4;
    private static final int KEYS_IN_MEMORY = 10_000;

    private final PromptStore store;
    private final PromptWriter writer;
    private final GuardedRedaction redaction;
    private final PromptRecorder recorder;
    private final PromptLog promptLog;
    private final FootprintHistory history;
    private final ClosingStack open;

    private PromptLogService(
            PromptLogOptions options,
            Redactor redactor,
            Function<String, Optional<Engine>> engines,
            Clock clock,
            ClosingStack open) {
        this.open = open;
        Instant started = clock.instant();
        Path folder = options.folder();
        redaction = new GuardedRedaction(redactor, options.redactionTimeout(), REDACTION_THREADS);
        open.push(redaction::close);
        Journal journal = Journal.open(folder.resolve("journal"), options.journal());
        open.push(journal::close);
        String instance = options.instance() == null ? InstanceName.of(folder) : options.instance();
        ContentKeys keys = new ContentKeys(options.keys(), clock, KEYS_IN_MEMORY);
        Identities identities = Identities.of(options.identities(), options.keys());
        store = PromptStore.open(options.store(), new ErasureHashes(options.keys()), clock);
        open.push(store::close);
        writer = new PromptWriter(
                store,
                journal,
                new DeadLetters(folder.resolve("refused"), DEAD_LETTERS),
                options.writer(),
                instance,
                started,
                keys::forgetIf);
        open.push(writer::close);
        recorder = new PromptRecorder(
                instance, identities, new TextKeeper(options.content(), redaction, keys), writer::record);
        // Before the writer: what ended is still on its way there.
        open.push(recorder::close);
        promptLog = new PromptLog(
                store,
                new TextReader(keys),
                identities,
                writer::erase,
                new PromptReplays(engines, identities.prompts()),
                clock);
        if (options.content() == TextRetention.REDACTED) {
            Thread.ofPlatform().name("olmo-redaction-warm-up").daemon().start(redaction::warmUp);
        }
        history = new StoredHistory(store.history(instance, started), identities.users());
        Maintenance maintenance = new Maintenance(2);
        open.push(maintenance::close);
        maintenance.repeat(
                "delete what is too old",
                () -> delete(options.retention(), clock.instant(), maintenance),
                options.retentionInterval(),
                shorter(options.retentionInterval(), SHORTLY));
        maintenance.repeat(
                "look for erasures by other instances",
                writer::applyErasures,
                options.erasureInterval(),
                options.erasureInterval());
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }

    /**
     * Starts the log. The database may be away: records wait in the journal until it is back.
     *
     * @param options what is kept
     * @param redactor for texts that are kept redacted
     * @param engines by the public names of their models, for replays
     * @param clock time of records
     * @return running; close it after the models that it listens to
     * @throws org.olmo4j.spring.promptlog.journal.JournalException if the folder is another application's, or cannot be used
     * @throws StoreException if the file of an H2 database is another application's
     */
    public static PromptLogService start(
            PromptLogOptions options, Redactor redactor, Function<String, Optional<Engine>> engines, Clock clock) {
        ClosingStack open = new ClosingStack();
        try {
            PromptLogService service = new PromptLogService(options, redactor, engines, clock, open);
            service.awaitDatabase();
            return service;
        } catch (RuntimeException | Error failure) {
            try (open) {
                throw failure;
            }
        }
    }

    private void awaitDatabase() {
        StoreStatus first;
        try {
            first = store.awaitFirstAttempt(FIRST_ATTEMPT);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return;
        }
        if (first.state() == StoreState.FILE_IN_USE) {
            throw new StoreException(first.state(), first.reason(), null);
        }
        if (!first.isUp()) {
            log.warn("The prompt log's database cannot be used yet: {}", first.reason());
        }
    }

    @Override
    public GenerationListener listener(String model) {
        return recorder.listener(model);
    }

    /**
     * The log for administrators.
     *
     * @return of this service
     */
    public PromptLog log() {
        return promptLog;
    }

    /**
     * What earlier processes of this instance caused.
     *
     * @return read from the database when it is asked
     */
    public FootprintHistory history() {
        return history;
    }

    /**
     * How writing does.
     *
     * @return as of now
     */
    public LogStatus status() {
        return writer.status();
    }

    /**
     * Whether the database can be used.
     *
     * @return as of the last use or attempt
     */
    public StoreStatus storeStatus() {
        return store.status();
    }

    /**
     * Whether an operator should look at it.
     *
     * @return true while the database cannot be used, or if something was lost or refused
     */
    public boolean isDegraded() {
        return !store.status().isUp() || writer.status().isDegraded();
    }

    /**
     * How many texts were not kept because redaction failed.
     *
     * @return since the start
     */
    public long withheldTexts() {
        return redaction.withheld();
    }

    /**
     * Waits until the database has all that has been recorded so far.
     *
     * @param atMost how long
     * @return false if it has not
     * @throws InterruptedException if the thread was interrupted
     */
    public boolean flush(Duration atMost) throws InterruptedException {
        long begin = System.nanoTime();
        return recorder.awaitRecorded(atMost) && writer.flush(atMost.minusNanos(System.nanoTime() - begin));
    }

    /** Users have the pseudonyms of the log there. */
    private record StoredHistory(FootprintHistory stored, Pseudonyms users) implements FootprintHistory {

        @Override
        public List<Entry> entries() {
            return stored.entries();
        }

        @Override
        public @Nullable String userKey(String user) {
            return users.of(user).orElse(null);
        }
    }

    private void delete(Retention older, Instant now, Maintenance maintenance) {
        Retention.Result deleted = store.apply(older, maintenance::isClosed);
        writer.expire(older, now);
        if (deleted.contents() + deleted.records() > 0) {
            log.info(
                    "The prompt log deleted {} texts and {} records that were older than they may be",
                    deleted.contents(),
                    deleted.records());
        }
    }

    /** Writes what waits, for some seconds at most; the journal keeps the rest for the next process. */
    @Override
    public void close() {
        open.close();
    }
}
