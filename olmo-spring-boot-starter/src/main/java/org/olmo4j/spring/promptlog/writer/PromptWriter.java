package org.olmo4j.spring.promptlog.writer;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.olmo4j.spring.promptlog.EntryFormatException;
import org.olmo4j.spring.promptlog.PromptEntry;
import org.olmo4j.spring.promptlog.PromptEntryCodec;
import org.olmo4j.spring.promptlog.PromptRecord;
import org.olmo4j.spring.promptlog.journal.Entry;
import org.olmo4j.spring.promptlog.journal.Journal;
import org.olmo4j.spring.promptlog.journal.JournalException;
import org.olmo4j.spring.promptlog.journal.Position;
import org.olmo4j.spring.promptlog.store.ErasureResult;
import org.olmo4j.spring.promptlog.store.PromptStore;
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

    private final LogDatabase database;
    private final Journal journal;
    private final DeadLetters deadLetters;
    private final WriterOptions options;
    private final Consumer<String> forgetKeys;
    private final PromptEntryCodec codec = new PromptEntryCodec();
    private final WaitingEntries waiting;
    private final Thread thread;
    private final AtomicLong accepted = new AtomicLong();
    private final AtomicLong stored = new AtomicLong();
    private final AtomicLong notJournaled = new AtomicLong();
    private final AtomicLong lost = new AtomicLong();
    private final AtomicLong deadLettersLost = new AtomicLong();
    private final Object state = new Object();
    private boolean replayDue = true;
    private boolean idle;
    private boolean interruptedMarked;
    private @Nullable String problem;
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
     * @param forgetKeys told what stands for a user who was erased, so that nothing is encrypted any more with a key of before
     */
    public PromptWriter(
            PromptStore store,
            Journal journal,
            DeadLetters deadLetters,
            WriterOptions options,
            String instance,
            Instant started,
            Consumer<String> forgetKeys) {
        this(
                new LogDatabase() {
                    @Override
                    public WriteResult write(Collection<PromptEntry> entries) {
                        return store.write(entries);
                    }

                    @Override
                    public int markInterrupted() {
                        return store.markInterrupted(instance, started);
                    }

                    @Override
                    public ErasureResult erase(Set<String> userKeys) {
                        return store.erase(userKeys);
                    }
                },
                journal,
                deadLetters,
                options,
                forgetKeys);
    }

    PromptWriter(
            LogDatabase database,
            Journal journal,
            DeadLetters deadLetters,
            WriterOptions options,
            Consumer<String> forgetKeys) {
        this.database = database;
        this.journal = journal;
        this.deadLetters = deadLetters;
        this.options = options;
        this.forgetKeys = forgetKeys;
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
        byte[] encoded = codec.encode(entry);
        CompletableFuture<Position> durable = journal.append(encoded);
        return durable.whenComplete((position, refused) -> {
            if (refused != null) {
                notJournaled.incrementAndGet();
            }
            if (closed || !waiting.offer(new WaitingEntry(entry, position, encoded.length))) {
                noRoom(position);
            }
        });
    }

    private void noRoom(@Nullable Position position) {
        if (position == null) {
            lost.incrementAndGet();
        } else {
            synchronized (state) {
                replayDue = true;
            }
            waiting.wake();
        }
    }

    private void run() {
        try {
            while (workOnce()) {
                if (drainTimeIsOver()) {
                    break;
                }
            }
        } catch (InterruptedException e) {
            log.error("The prompt log's writer was interrupted; records stay in the journal");
        }
        countLost(waiting.rest());
    }

    private boolean workOnce() throws InterruptedException {
        try {
            if (takeReplayDue()) {
                replay();
                retryDeadLetters();
                markInterrupted();
            }
            noteIdle();
            List<WaitingEntry> batch = waiting.take(
                    options.batchRows(), closed ? 0 : options.linger().toNanos());
            noteBusy();
            if (!batch.isEmpty()) {
                writeUntilDone(batch);
            } else if (closed) {
                return false;
            }
        } catch (Stopped stopped) {
            return false;
        } catch (RuntimeException failure) {
            // Not of a batch, which is tried until it succeeds. Nothing may end this thread: everything that comes
            // later would be stuck.
            if (!(failure instanceof StoreException)) {
                log.warn("The prompt log could not read its journal; it tries again", failure);
            }
            note(failure);
            synchronized (state) {
                replayDue = true;
            }
            pause(LONGEST_PAUSE);
        }
        return true;
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
            keepAside(entry.content(), "unknown-" + UUID.randomUUID(), String.valueOf(unknown.getMessage()));
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
            } catch (StoreException unusable) {
                note(unusable);
            } catch (RuntimeException unforeseen) {
                // It must not end the thread: everything that comes later would be stuck.
                log.error("The prompt log could not write; it tries again", unforeseen);
                note(unforeseen);
            }
            if (drainTimeIsOver()) {
                countLost(batch);
                throw new Stopped();
            }
            pause(pause);
            pause = pause.compareTo(LONGEST_PAUSE) < 0 ? pause.multipliedBy(2) : LONGEST_PAUSE;
        }
    }

    private boolean drainTimeIsOver() {
        return closed && System.nanoTime() - drainEnd >= 0;
    }

    private void countLost(List<WaitingEntry> left) {
        lost.addAndGet(left.stream().filter(entry -> entry.position() == null).count());
    }

    private void pause(Duration atMost) {
        Duration pause = closed ? FIRST_PAUSE : atMost;
        synchronized (state) {
            try {
                TimeUnit.NANOSECONDS.timedWait(state, pause.toNanos());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new Stopped();
            }
        }
    }

    private void note(@Nullable RuntimeException failure) {
        synchronized (state) {
            problem = failure == null ? null : String.valueOf(failure.getMessage());
        }
    }

    private void deliver(List<WaitingEntry> batch) {
        WriteResult result =
                database.write(batch.stream().map(WaitingEntry::entry).toList());
        note(null);
        result.erasedUsers().forEach(forgetKeys);
        for (WriteResult.Refused refused : result.refused()) {
            PromptRecord record = refused.entry().record();
            keepAside(codec.encode(refused.entry()), record.id().toString(), refused.reason());
        }
        stored.addAndGet(batch.size() - result.refused().size());
        for (WaitingEntry entry : batch) {
            if (entry.position() != null) {
                journal.release(entry.position());
            }
        }
    }

    private void keepAside(byte[] encoded, String name, String reason) {
        try {
            if (deadLetters.keep(encoded, name, reason)) {
                log.warn("The prompt log's database refuses record {}, which is kept aside: {}", name, reason);
                return;
            }
            log.warn("The prompt log's database refuses record {}, for which there is no room aside: {}", name, reason);
        } catch (IOException e) {
            log.warn("The prompt log's database refuses record {}: {}; it cannot be kept aside", name, reason, e);
        }
        deadLettersLost.incrementAndGet();
    }

    /** A later release, or tables that were put right, may take what was refused. */
    private void retryDeadLetters() {
        if (interruptedMarked || deadLetters.count() == 0) {
            return;
        }
        int taken = deadLetters.deleteIf((entry, name) -> entry.isPresent()
                && database.write(List.of(entry.get())).refused().isEmpty());
        stored.addAndGet(taken);
    }

    private void markInterrupted() {
        if (!interruptedMarked) {
            int marked = database.markInterrupted();
            interruptedMarked = true;
            if (marked > 0) {
                log.info("{} generations of this instance were running when its last process ended", marked);
            }
        }
    }

    /**
     * Erases users: in the database, and everything of them that is still on its way there, in memory, in the journal and among what was refused.
     * Anonymous accounts stay. When it returns, no file of the journal holds a byte of them; if it fails, do it again.
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
        names.forEach(forgetKeys);
        journal.forEachUnreleased(entry -> entryOf(entry.content(), names).ifPresent(hers -> record(hers.anonymous())));
        journal.discard(content -> entryOf(content, names).isPresent());
        // Nobody can say whose the unreadable ones are.
        deadLetters.deleteIf((entry, name) -> entry.isEmpty() || isOf(entry.get(), names));
        return result;
    }

    private Optional<PromptEntry> entryOf(byte[] encoded, Set<String> userKeys) {
        try {
            return Optional.of(codec.decode(encoded)).filter(entry -> isOf(entry, userKeys));
        } catch (EntryFormatException unknown) {
            return Optional.empty();
        }
    }

    private static boolean isOf(PromptEntry entry, Set<String> userKeys) {
        String user = entry.record().caller().userKey();
        return user != null && userKeys.contains(user);
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
                if (idle
                        && waiting.size() == 0
                        && !replayDue
                        && journal.status().pendingRecords() == 0) {
                    return true;
                }
                TimeUnit.NANOSECONDS.timedWait(state, Math.min(left, FIRST_PAUSE.toNanos()));
            }
        }
        return false;
    }

    /**
     * How it does.
     *
     * @return as of now
     */
    public LogStatus status() {
        Optional<String> latestProblem;
        synchronized (state) {
            latestProblem = Optional.ofNullable(problem);
        }
        return new LogStatus(
                accepted.get(),
                stored.get(),
                waiting.size(),
                waiting.bytes(),
                notJournaled.get(),
                lost.get(),
                deadLetters.count(),
                deadLettersLost.get(),
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
        join();
    }

    private void join() {
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
