package org.olmo4j.spring.promptlog.recording;

import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.olmo4j.engine.GenerationListener;
import org.olmo4j.engine.GenerationRequest;
import org.olmo4j.engine.GenerationResult;
import org.olmo4j.engine.Origin.TextRetention;
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
public final class PromptRecorder implements ModelListenerFactory {

    /** Redaction and encryption must not hold up the engine, and may wait for each other. */
    private static final Executor LATER =
            task -> Thread.ofVirtual().name("olmo-prompt-log").start(task);

    private static final Logger log = LoggerFactory.getLogger(PromptRecorder.class);

    private final String instance;
    private final Identities identities;
    private final TextKeeper texts;
    private final EntrySink sink;

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

    /** Whatever goes wrong with a text must not cost the record. */
    private PromptEntry withTexts(PromptRecord record, GenerationRequest request, GenerationResult result) {
        try {
            return texts.entry(record, request, result);
        } catch (RuntimeException | Error failure) {
            // Its message may quote the text.
            log.warn(
                    "Record {} has no text: {}", record.id(), failure.getClass().getName());
            return PromptEntry.of(record.withContentState(ContentState.DROPPED));
        }
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
                if (request.origin().retention() == TextRetention.NONE || !texts.keepsAny()) {
                    return sink.record(PromptEntry.of(records.ended(request, result, ContentState.NONE)));
                }
                return CompletableFuture.supplyAsync(
                                () -> withTexts(records.ended(request, result, ContentState.NONE), request, result),
                                LATER)
                        .thenCompose(sink::record);
            }
        };
    }
}
