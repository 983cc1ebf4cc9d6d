package org.olmo4j.engine;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.olmo4j.backend.LoadedModel;
import org.olmo4j.sampling.SamplingOptions;
import org.olmo4j.spec.OlmoSpec;
import org.olmo4j.text.ChatTemplate;
import org.olmo4j.text.Tokenizer;

/** Runs many generations on one loaded model. Thread-safe; owns one platform thread. */
public interface Engine extends AutoCloseable {

    /**
     * Begins to set up an engine.
     *
     * @param model what computes; closed by the caller after the engine
     * @return a builder
     */
    static EngineBuilder builder(LoadedModel model) {
        return new EngineBuilder(model);
    }

    /**
     * Tokenizer and chat template of a model.
     *
     * @param tokenizer of the model
     * @param chatTemplate of the model
     */
    record ModelText(Tokenizer tokenizer, ChatTemplate chatTemplate) {}

    /**
     * Admits a request and starts it. A slot or a queue place is reserved before the prompt is rendered and encoded, in the calling
     * thread.
     *
     * @param request what to generate
     * @return its handle
     * @throws org.olmo4j.error.EngineBusyException if slots and queue are full, the prompts in the engine have too many tokens, or it is
     *     drained
     * @throws org.olmo4j.error.InvalidRequestException if it cannot be honoured: longer than the context, ids outside the vocabulary, text
     *     without a tokenizer; its end event is sent to the listeners all the same
     * @throws org.olmo4j.error.EngineClosedException if the engine is closed
     */
    Generation submit(GenerationRequest request);

    /**
     * Admits a request and further samples of it, all or none. They share the keys and values of the prompt and differ in their random
     * numbers alone: the i-th is what the same request gives with its sample index raised by i. Each has an end event of its own.
     *
     * @param request what to generate; without a seed, one is drawn for all
     * @param samples how many, 1 or more
     * @return their handles, in order of the sample index
     * @throws org.olmo4j.error.EngineBusyException if there is no room for all, or the engine is drained
     * @throws org.olmo4j.error.InvalidRequestException as for a single one
     * @throws org.olmo4j.error.EngineClosedException if the engine is closed
     */
    List<Generation> submit(GenerationRequest request, int samples);

    /**
     * What the model computes.
     *
     * @return its spec
     */
    OlmoSpec spec();

    /**
     * Tokenizer and template.
     *
     * @return null for a model without a tokenizer
     */
    @Nullable
    ModelText text();

    /**
     * How tokens are drawn when a request leaves it open.
     *
     * @return from generation_config.json where it samples, else greedy
     */
    SamplingOptions defaultSampling();

    /**
     * What decides tokens on the model's side.
     *
     * @return as far as it is known by now: the content hash is added when it has been computed; empty if the engine was not told which
     *     checkpoint it runs
     */
    Optional<ModelIdentity> identity();

    /**
     * A snapshot for health and metrics.
     *
     * @return current figures
     */
    EngineStatus status();

    /**
     * Admits nothing more and waits until all that was admitted has ended. Requests are refused like those of a full engine.
     *
     * @param timeout how long to wait; zero does not wait
     * @return whether all have ended; if not, they go on
     * @throws InterruptedException if interrupted; it goes on refusing
     */
    boolean drain(Duration timeout) throws InterruptedException;

    /** Admits requests again after {@link #drain}. */
    void resume();

    /**
     * Stops admitting, ends every request with CANCELLED and a typed reason, and waits for the engine thread. None hangs. The model is
     * not closed.
     */
    @Override
    void close();
}
