package org.olmo4j.spring.promptlog.writer;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.olmo4j.spring.promptlog.ContentState;
import org.olmo4j.spring.promptlog.EntryFormatException;
import org.olmo4j.spring.promptlog.MessageFreeFailure;
import org.olmo4j.spring.promptlog.PromptEntry;
import org.olmo4j.spring.promptlog.PromptEntryCodec;
import org.olmo4j.spring.promptlog.PromptRecord;
import org.olmo4j.spring.promptlog.concurrent.Waiting;
import org.olmo4j.spring.promptlog.encryption.ContentKey;
import org.olmo4j.spring.promptlog.journal.Entry;
import org.olmo4j.spring.promptlog.journal.Journal;
import org.olmo4j.spring.promptlog.journal.JournalException;
import org.olmo4j.spring.promptlog.journal.Position;
import org.olmo4j.spring.promptlog.store.ErasureResult;
import org.olmo4j.spring.promptlog.store.PromptStore;
import org.olmo4j.spring.promptlog.store.Retention;
import org.olmo4j.spring.promptlog.store.StoreException;
import org.olmo4j.spring.promptlog.store.WriteResult;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings entries into the database without anybody waiting for that. An entry goes to the journal; once the disk has it, it waits in memory for the
 * one thread that writes batches. What memory has no room for, and what an earlier process left, is read back from the journal. While the database
 * cannot be used, everything stays where it is. Thread-safe.
 */
public final class PromptWriter implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(PromptWriter.class);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

    /** Beyond the time to drain: a database that hangs is not waited for any longer. */
    private static final Duration CLOSING = Duration.ofSeconds(5);

    /** What is beyond is kept free of texts, so that the records of many more generations have room. */
    private static final double JOURNAL_FOR_TEXTS = 0.9;

    private final LogDatabase database;
    private final Journal journal;
    private final DeadLetters deadLetters;
    private final WriterOptions options;
    private final Consumer<Predicate<ContentKey>> forgetKeys;
    private final LocalErasures erasures;
    private final Refusals refusals;
    private final PromptEntryCodec codec = new PromptEntryCodec();
    private final WaitingEntries waiting;
    private final Thread thread;
    private final AtomicLong accepted = new AtomicLong();
    private final AtomicLong stored = new AtomicLong();
    private final AtomicLong notJournaled = new AtomicLong();
    private final AtomicLong droppedTexts = new AtomicLong();
    private final AtomicLong lost = new AtomicLong();
    private final Object state = new Object();
    private boolean replayDue = true;
    private boolean idle;
    private boolean firstDone;
    private @Nullable String problem;
    private @Nullable String erasureProblem;
    private volatile boolean closed;
    private volatile long drainEnd;

    /**
     * Begins with what earlier processes left in the journal. Once that is in the database, what this instance left unfinished is marked.
     *
     * @param store the database, which its owner closes after this
     * @param journal which its owner closes after this
     * @param deadLetters where what the database refuses is kept
     * @param options limits
     * @param instance name of this instance, the same in each of its processes
     * @param started when this process started; nothing of it was received before
     * @param forgetKeys told of which keys no text is to be encrypted with any more, since their users were erased
     */
    public PromptWriter(
            PromptStore store,
            Journal journal,
            DeadLetters deadLetters,
            WriterOptions options,
            String instance,
            Instant started,
            Consumer<Predicate<ContentKey>> forgetKeys) {
        this(LogDatabase.of(store, instance, started), journal, deadLetters, options, forgetKeys);
    }

    PromptWriter(
            LogDatabase database,
            Journal journal,
            DeadLetters deadLetters,
            WriterOptions options,
            Consumer<Predicate<ContentKey>> forgetKeys) {
        this.database = database;
        this.journal = journal;
        this.deadLetters = deadLetters;
        this.options = options;
        this.forgetKeys = forgetKeys;
        this.erasures = new LocalErasures(database, journal, deadLetters, forgetKeys);
        this.refusals = new Refusals(deadLetters, erasures);
        this.waiting = new WaitingEntries(
                options.waitingRecords(), options.waitingSize().toBytes());
        this.thread = Thread.ofPlatform().name("olmo-log-writer").daemon().start(this::run);
        waiting.wake();
    }

    /**
     * Hands an entry over. Does not wait.
     *
     * @param entry of a generation; again with its end, if it was handed over when it began
     * @return completes when the entry cannot be lost any more: when the journal has it; by a {@link JournalException} if the journal refuses it,
     *     which then goes to the database all the same, if memory has room and the process lives
     */
    public CompletionStage<?> record(PromptEntry entry) {
        accepted.incrementAndGet();
        return erasures.appending(entry, this::append);
    }

    private CompletionStage<Position> append(PromptEntry entry) {
        boolean textDropped = entry.content() != null && journal.used(entry.contentBytes()) > JOURNAL_FOR_TEXTS;
        PromptEntry kept = textDropped ? entry.withoutContent(ContentState.DROPPED) : entry;
        byte[] encoded = codec.encode(kept);
        return journal.append(encoded).whenComplete((position, _) -> {
            if (position == null) {
                notJournaled.incrementAndGet();
            }
            settle(new WaitingEntry(kept, position, encoded.length), textDropped);
        });
    }

    private void settle(WaitingEntry entry, boolean textDropped) {
        boolean waits = !closed && waiting.offer(entry);
        if (waits || entry.position() != null) {
            droppedTexts.addAndGet(textDropped ? 1 : 0);
            if (!waits) {
                replayLater();
            }
        } else if (!closed && entry.entry().content() != null) {
            settle(entry.withoutText(), true);
        } else {
            lost.incrementAndGet();
        }
    }

    private void replayLater() {
        synchronized (state) {
            replayDue = true;
        }
        waiting.wake();
    }

    private void run() {
        boolean goOn = true;
        while (goOn) {
            try {
                goOn = workOnce();
            } catch (InterruptedException nobodysBusiness) {
                // Nobody knows this thread; should a library interrupt it, work goes on.
            } catch (Stopped stopped) {
                goOn = false;
            } catch (RuntimeException | Error failure) {
                // Nothing may end this thread: everything that comes later would be stuck.
                failed(failure, LONGEST_PAUSE);
            }
            goOn &= !drainTimeIsOver();
        }
        countLost(waiting.rest());
    }

    private boolean workOnce() throws InterruptedException {
        if (takeReplayDue()) {
            boolean done = false;
            try {
                replay();
                firstOfThisProcess();
                note(null);
                done = true;
            } finally {
                if (!done) {
                    synchronized (state) {
                        replayDue = true;
                    }
                }
            }
        }
        noteIdle();
        List<WaitingEntry> batch =
                waiting.take(options.batchRows(), closed ? 0 : options.linger().toNanos());
        noteBusy();
        if (!batch.isEmpty()) {
            writeUntilDone(batch);
        }
        return !batch.isEmpty() || !closed;
    }

    /** Closing has taken as long as it may. */
    private static final class Stopped extends RuntimeException {
        private static final long serialVersionUID = 1;

        Stopped() {
            super("The time to drain is over", null, false, false);
        }
    }

    private boolean takeReplayDue() {
        synchronized (state) {
            // What an application that ends would read back, its next process reads.
            boolean due = replayDue && !closed && waiting.size() == 0;
            if (due) {
                replayDue = false;
            }
            return due;
        }
    }

    private void noteIdle() {
        synchronized (state) {
            idle = waiting.size() == 0;
            if (idle && replayDue && !closed) {
                idle = false;
                waiting.wake();
            }
            state.notifyAll();
        }
    }

    private void noteBusy() {
        synchronized (state) {
            idle = false;
        }
    }

    private void replay() {
        List<WaitingEntry> batch = new ArrayList<>();
        long[] bytes = {0};
        journal.forEachUnreleased(entry -> {
            WaitingEntry decoded = waiting.holds(entry.position()) ? null : decoded(entry);
            if (decoded == null) {
                return;
            }
            batch.add(decoded);
            bytes[0] += decoded.bytes();
            if (batch.size() >= options.batchRows()
                    || bytes[0] >= options.waitingSize().toBytes() / 2) {
                writeUntilDone(batch);
                batch.clear();
                bytes[0] = 0;
            }
        });
        if (!batch.isEmpty()) {
            writeUntilDone(batch);
        }
    }

    private @Nullable WaitingEntry decoded(Entry entry) {
        try {
            return new WaitingEntry(codec.decode(entry.content()), entry.position(), entry.content().length);
        } catch (EntryFormatException unknown) {
            refusals.keepUnknown(entry.content(), String.valueOf(unknown.getMessage()));
            journal.release(entry.position());
            return null;
        }
    }

    private void writeUntilDone(List<WaitingEntry> batch) {
        Duration pause = FIRST_PAUSE;
        while (true) {
            try {
                deliver(batch);
                return;
            } catch (RuntimeException | Error failure) {
                if (drainTimeIsOver()) {
                    countLost(batch);
                    throw new Stopped();
                }
                failed(failure, pause);
            }
            pause = pause.compareTo(LONGEST_PAUSE) < 0 ? pause.multipliedBy(2) : LONGEST_PAUSE;
        }
    }

    /** Says so, once, and waits before another attempt. */
    private void failed(Throwable failure, Duration pause) {
        if (note(failure) && !(failure instanceof StoreException)) {
            log.error("The prompt log's writer failed; it tries again", MessageFreeFailure.of(failure));
        }
        synchronized (state) {
            try {
                Waiting.until(state, closed ? FIRST_PAUSE : pause, () -> false);
            } catch (InterruptedException nobodysBusiness) {
                // Then it tries again at once.
            }
        }
    }

    private boolean drainTimeIsOver() {
        return closed && System.nanoTime() - drainEnd >= 0;
    }

    private void countLost(List<WaitingEntry> left) {
        lost.addAndGet(left.stream().filter(entry -> entry.position() == null).count());
    }

    /** False if it is known. */
    private boolean note(@Nullable Throwable failure) {
        String described = failure == null ? null : described(failure);
        synchronized (state) {
            boolean isNew = !Objects.equals(described, problem);
            problem = described;
            return isNew;
        }
    }

    private static String described(Throwable failure) {
        return failure instanceof StoreException || failure instanceof JournalException
                ? String.valueOf(failure.getMessage())
                : "The prompt log's writer failed: "
                        + MessageFreeFailure.of(failure).outline();
    }

    private void deliver(List<WaitingEntry> batch) {
        WriteResult result =
                database.write(batch.stream().map(WaitingEntry::entry).toList());
        note(null);
        if (!result.erasedUsers().isEmpty()) {
            forgetKeys.accept(key -> result.erasedUsers().contains(key.userKey()));
        }
        result.refused().forEach(refusals::keep);
        stored.addAndGet(batch.size() - result.refused().size());
        for (WaitingEntry entry : batch) {
            if (entry.position() != null) {
                journal.release(entry.position());
            }
        }
    }

    /** Once the journal of earlier processes is read. */
    private void firstOfThisProcess() {
        if (firstDone) {
            return;
        }
        // A later release, or tables that were put right, may take what was refused.
        stored.addAndGet(
                refusals.retry(entry -> database.write(List.of(entry)).refused().isEmpty()));
        int marked = database.markInterrupted();
        firstDone = true;
        if (marked > 0) {
            log.info("{} generations of this instance were running when its last process ended", marked);
        }
    }

    /**
     * Erases users: in the database, and everything of them that is still on its way there, in memory, in the journal and among what was refused.
     * Anonymous accounts stay. When it returns, no file of this instance that can be read holds a byte of them; other instances follow with {@link
     * #applyErasures}. If it fails, do it again.
     *
     * @param userKeys what stands for them
     * @return what the database had
     * @throws StoreException if the database cannot be used
     * @throws JournalException if the journal cannot be written anew
     */
    public ErasureResult erase(Set<String> userKeys) {
        Set<String> names = userKeys.stream().map(PromptRecord::storableName).collect(Collectors.toUnmodifiableSet());
        // From here on, whatever is written of them becomes anonymous.
        ErasureResult result = database.erase(names);
        applyErasures();
        return result;
    }

    /**
     * Lets erasures by other instances reach the files of this one. To be called often.
     *
     * @throws StoreException if the database cannot be used
     * @throws JournalException if the journal cannot be written anew; the next call does it again
     */
    public void applyErasures() {
        String failure = null;
        try {
            erasures.apply();
        } catch (StoreException away) {
            // That is told already.
            throw away;
        } catch (RuntimeException failed) {
            failure = "Erasures do not reach the files of this instance: " + described(failed);
            throw failed;
        } finally {
            synchronized (state) {
                erasureProblem = failure;
            }
        }
    }

    /**
     * Deletes what is older than it may be from what the database refused, and from what the journal keeps because it is damaged.
     *
     * @param retention how old that is
     * @param now the present time
     */
    public void expire(Retention retention, Instant now) {
        Duration text = retention.longestText();
        if (text != null) {
            deadLetters.expireTexts(now.minus(text));
            journal.forgetDamaged(now.minus(text));
        }
        if (retention.records() != null) {
            deadLetters.expireRecords(now.minus(retention.records()));
        }
    }

    /**
     * Waits until the database has all that was handed over and made durable before.
     *
     * @param atMost how long
     * @return false if it has not
     * @throws InterruptedException if the thread was interrupted
     */
    public boolean flush(Duration atMost) throws InterruptedException {
        long end = System.nanoTime() + atMost.toNanos();
        synchronized (state) {
            for (long left = atMost.toNanos(); left > 0; left = end - System.nanoTime()) {
                // The journal tells nobody when it is empty.
                Duration aWhile = Duration.ofNanos(Math.min(left, FIRST_PAUSE.toNanos()));
                if (Waiting.until(state, aWhile, this::isFlushed)) {
                    return true;
                }
            }
        }
        return false;
    }

    private boolean isFlushed() {
        return idle && waiting.size() == 0 && !replayDue && journal.status().pendingRecords() == 0;
    }

    /**
     * How it does.
     *
     * @return as of now
     */
    public LogStatus status() {
        Optional<String> latestProblem;
        synchronized (state) {
            latestProblem = Optional.ofNullable(problem == null ? erasureProblem : problem);
        }
        return new LogStatus(
                accepted.get(),
                stored.get(),
                waiting.size(),
                waiting.bytes(),
                notJournaled.get(),
                droppedTexts.get(),
                lost.get(),
                refusals.refused(),
                refusals.kept(),
                refusals.lost(),
                latestProblem,
                journal.status());
    }

    /** Writes what waits, for as long as the options say. What is left stays in the journal, for the next process. */
    @Override
    public void close() {
        synchronized (state) {
            if (closed) {
                return;
            }
            drainEnd = System.nanoTime() + options.drainTime().toNanos();
            closed = true;
            state.notifyAll();
        }
        waiting.end();
        if (!Waiting.forEnd(thread, options.drainTime().plus(CLOSING))) {
            log.warn("The prompt log's database does not answer; what it does not have stays in the journal");
        }
    }
}
