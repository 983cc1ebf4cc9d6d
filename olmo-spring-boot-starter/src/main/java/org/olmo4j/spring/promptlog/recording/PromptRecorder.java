package org.olmo4j.spring.promptlog.recording;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.olmo4j.engine.GenerationListener;
import org.olmo4j.engine.GenerationRequest;
import org.olmo4j.engine.GenerationResult;
import org.olmo4j.spring.host.ModelListenerFactory;
import org.olmo4j.spring.promptlog.ContentState;
import org.olmo4j.spring.promptlog.PromptEntry;
import org.olmo4j.spring.promptlog.PromptRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts every generation of every model on record: when it is admitted, so that a crash shows what was running, and when it has ended, before its
 * caller sees the end. Thread-safe.
 */
public final class PromptRecorder implements ModelListenerFactory, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(PromptRecorder.class);
    private static final Duration LONGEST_CLOSE = Duration.ofSeconds(5);

    private final String instance;
    private final Identities identities;
    private final TextKeeper texts;
    private final EntrySink sink;

    /** By numbers, since futures are not to be told apart by themselves. */
    private final Map<Long, CompletableFuture<?>> onTheirWay = new ConcurrentHashMap<>();

    private final AtomicLong ends = new AtomicLong();

    /** Hashes, redaction and encryption must not hold up the engine, and may wait for each other. */
    private final ExecutorService later = Executors.newThreadPerTaskExecutor(
            Thread.ofVirtual().name("olmo-prompt-log-", 0).factory());

    /**
     * Makes a recorder.
     *
     * @param instance of the application, for all its records
     * @param identities what stands for users and sessions
     * @param texts says how much of texts is kept
     * @param sink keeps the entries
     */
    public PromptRecorder(String instance, Identities identities, TextKeeper texts, EntrySink sink) {
        this.instance = instance;
        this.identities = identities;
        this.texts = texts;
        this.sink = sink;
    }

    @Override
    public GenerationListener listener(String model) {
        RecordMapper records = new RecordMapper(instance, model, identities);
        return new GenerationListener() {

            @Override
            public void admitted(String id, GenerationRequest request, Instant received) {
                // Nobody waits for it: lost with the process, it costs the mark of an interruption.
                var _ = sink.record(PromptEntry.of(records.running(id, request, received)));
            }

            @Override
            public CompletionStage<?> ended(GenerationRequest request, GenerationResult result) {
                return recorded(() -> withTexts(records.ended(request, result), request, result));
            }
        };
    }

    private CompletableFuture<Void> recorded(Supplier<PromptEntry> entry) {
        // The sink is called in the task itself: a stage that follows runs in this, the engine's thread if the task is
        // done by then.
        CompletableFuture<Void> recorded = CompletableFuture.supplyAsync(() -> sink.record(entry.get()), this::start)
                .thenCompose(kept -> kept.thenRun(() -> {}));
        long number = ends.incrementAndGet();
        onTheirWay.put(number, recorded);
        var _ = recorded.whenComplete((nothing, failure) -> onTheirWay.remove(number));
        return recorded;
    }

    /**
     * Waits until the sink has what ended so far. Callers of what is refused see its end before that.
     *
     * @param atMost how long
     * @return false if it has not
     * @throws InterruptedException if the thread was interrupted
     */
    public boolean awaitRecorded(Duration atMost) throws InterruptedException {
        try {
            CompletableFuture.allOf(onTheirWay.values().toArray(CompletableFuture<?>[]::new))
                    .get(atMost.toNanos(), TimeUnit.NANOSECONDS);
            return true;
        } catch (TimeoutException late) {
            return false;
        } catch (ExecutionException failed) {
            // Told to whoever waits for that record.
            return true;
        }
    }

    /** After the end of this recorder there is nothing left to hold up. */
    private void start(Runnable task) {
        try {
            later.execute(task);
        } catch (RejectedExecutionException closed) {
            task.run();
        }
    }

    /** Whatever goes wrong with a text must not cost the record. */
    private PromptEntry withTexts(PromptRecord record, GenerationRequest request, GenerationResult result) {
        try {
            return texts.entry(record, request, result);
        } catch (RuntimeException | Error failure) {
            // Its message may quote the text.
            LOG.warn(
                    "Record {} has no text: {}", record.id(), failure.getClass().getName());
            return PromptEntry.of(record.withContentState(ContentState.DROPPED));
        }
    }

    /** Waits until the sink has what ended so far, for some seconds at most. To be called before the sink is closed. */
    @Override
    public void close() {
        later.shutdown();
        try {
            if (!awaitRecorded(LONGEST_CLOSE)) {
                LOG.warn("The prompt log closes although records of ended generations are not made yet");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
