package org.olmo4j;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.olmo4j.backend.Backends;
import org.olmo4j.backend.LoadOptions;
import org.olmo4j.backend.LoadProgress;
import org.olmo4j.backend.WeightType;
import org.olmo4j.energy.carbon.FootprintAccounting;
import org.olmo4j.engine.Engine;
import org.olmo4j.engine.EngineOptions;
import org.olmo4j.engine.Generation;
import org.olmo4j.engine.GenerationEvent;
import org.olmo4j.engine.GenerationListener;
import org.olmo4j.engine.GenerationRequest;
import org.olmo4j.engine.GenerationResult;
import org.olmo4j.engine.Prompt;
import org.olmo4j.error.InvalidRequestException;
import org.olmo4j.error.OlmoException;
import org.olmo4j.replay.RecordedGeneration;
import org.olmo4j.replay.ReplayOutcome;
import org.olmo4j.replay.Replayer;
import org.olmo4j.score.Score;
import org.olmo4j.score.Scorer;
import org.olmo4j.spec.OlmoSpec;
import org.olmo4j.text.ChatMessage;

/**
 * A loaded model, ready to use:
 *
 * <pre>{@code
 * try (Olmo olmo = Olmo.load("/models/OLMo-2-0425-1B-Instruct")) {
 *     System.out.println(olmo.chat("Why is the sky blue?"));
 * }
 * }</pre>
 *
 * <p>Thread-safe; callers at the same time share the steps of one engine. Methods that wait throw {@link CancellationException} if their
 * thread is interrupted, whose interrupt flag stays set; the work is given up. Without a tokenizer.json only token ids can be generated
 * and scored.
 */
public final class Olmo implements AutoCloseable {

    private final OpenResources resources;
    private final Engine engine;
    private final Scorer scorer;
    private final Replayer replayer;
    private final String description;
    private final int maxTokens;

    Olmo(OpenResources resources, Engine engine, String description, int maxTokens) {
        this.resources = resources;
        this.engine = engine;
        this.scorer = new Scorer(engine);
        this.replayer = new Replayer(engine);
        this.description = description;
        this.maxTokens = maxTokens;
    }

    /**
     * Loads a model on the best backend of the class path.
     *
     * @param location a folder with config.json, or {@code classpath:} and a directory
     * @return the model; close it after use
     * @throws OlmoException of the kind of what is wrong: model not found, model format, tokenizer, or no backend available
     */
    public static Olmo load(String location) {
        return builder(location).load();
    }

    /**
     * Loads a model with options.
     *
     * @param location a folder with config.json, or {@code classpath:} and a directory
     * @return a builder
     */
    public static Builder builder(String location) {
        return new Builder(location);
    }

    /**
     * Continues a text.
     *
     * @param prompt the beginning; special tokens in it are plain text
     * @return the continuation, up to the builder's {@linkplain Builder#maxTokens limit}
     * @throws OlmoException if it cannot be generated
     */
    public String generate(String prompt) {
        return generate(request(new Prompt.Text(prompt))).text();
    }

    /**
     * Generates what a request asks for.
     *
     * @param request what to generate
     * @return its result
     * @throws OlmoException if it cannot be generated
     */
    public GenerationResult generate(GenerationRequest request) {
        return uninterrupted(() -> engine.submit(request).await());
    }

    /**
     * Answers a message.
     *
     * @param message of the user
     * @return the answer, up to the builder's {@linkplain Builder#maxTokens limit}
     * @throws OlmoException if it cannot be generated
     */
    public String chat(String message) {
        return chat(new ChatMessage(ChatMessage.Role.USER, message));
    }

    /**
     * Answers a conversation.
     *
     * @param messages in order, at least one
     * @return the answer, up to the builder's {@linkplain Builder#maxTokens limit}
     * @throws OlmoException if it cannot be generated
     */
    public String chat(ChatMessage... messages) {
        return generate(request(new Prompt.Chat(List.of(messages)))).text();
    }

    /**
     * Continues a text piece by piece.
     *
     * @param prompt the beginning; special tokens in it are plain text
     * @param consumer gets the pieces in the calling thread; what it throws ends the generation
     * @return the result; its text is the pieces joined
     * @throws OlmoException if it cannot be generated
     */
    public GenerationResult stream(String prompt, Consumer<String> consumer) {
        return stream(request(new Prompt.Text(prompt)), consumer);
    }

    /**
     * Generates what a request asks for, piece by piece.
     *
     * @param request what to generate
     * @param consumer gets the pieces in the calling thread; what it throws ends the generation
     * @return the result; its text is the pieces joined
     * @throws OlmoException if it cannot be generated
     */
    public GenerationResult stream(GenerationRequest request, Consumer<String> consumer) {
        return uninterrupted(() -> {
            Generation generation = engine.submit(request);
            GenerationResult result = generation.forEach(event -> {
                if (event instanceof GenerationEvent.Delta delta
                        && !delta.text().isEmpty()) {
                    consumer.accept(delta.text());
                }
            });
            if (result.error() != null) {
                throw result.error();
            }
            return result;
        });
    }

    /**
     * Scores a continuation as evaluation harnesses do; see {@link Scorer} for more.
     *
     * @param context may be empty
     * @param continuation at least one token long
     * @return log-probabilities of the continuation's tokens
     * @throws OlmoException if it cannot be scored
     */
    public Score score(String context, String continuation) {
        return uninterrupted(() -> scorer.score(context, continuation));
    }

    /**
     * Repeats a generation and compares: on the CPU, the same model gives the same tokens and log-probabilities, bit by bit.
     *
     * @param recorded what to repeat, for example {@link RecordedGeneration#of} a result; see {@link Replayer} to name a user
     * @return whether it is the same
     * @throws OlmoException if it cannot be generated now
     */
    public ReplayOutcome replay(RecordedGeneration recorded) {
        return uninterrupted(() -> replayer.replay(recorded));
    }

    /**
     * The engine, for events, cancellation and figures.
     *
     * @return closed with this object
     */
    public Engine engine() {
        return engine;
    }

    /**
     * What the model computes.
     *
     * @return its spec
     */
    public OlmoSpec spec() {
        return engine.spec();
    }

    /**
     * What computes it.
     *
     * @return device, kernels, threads, weight and KV types in one line
     */
    public String backendDescription() {
        return description;
    }

    /** Ends all generations and frees all memory. */
    @Override
    public void close() {
        resources.close();
    }

    private GenerationRequest request(Prompt prompt) {
        return GenerationRequest.builder(prompt).maxTokens(maxTokens).build();
    }

    private static <T> T uninterrupted(Waiting<T> waiting) {
        try {
            return waiting.get();
        } catch (InterruptedException interruption) {
            Thread.currentThread().interrupt();
            CancellationException cancellation =
                    new CancellationException("The calling thread was interrupted; the generation was cancelled");
            cancellation.initCause(interruption);
            throw cancellation;
        }
    }

    private interface Waiting<T> {
        T get() throws InterruptedException;
    }

    /** Loads an {@link Olmo}; not thread-safe. */
    public static final class Builder {

        private static final int DEFAULT_MAX_TOKENS = 1024;

        final String location;
        final List<GenerationListener> listeners = new ArrayList<>();
        Backends backends = Backends.discover();
        String backendOrder = Backends.AUTO;
        LoadOptions loadOptions = LoadOptions.DEFAULT;
        EngineOptions engineOptions = EngineOptions.DEFAULT;
        private LoadProgress progress = LoadProgress.NONE;
        int maxTokens = DEFAULT_MAX_TOKENS;

        @Nullable
        Path contentHashFolder;

        @Nullable
        FootprintAccounting footprints;

        private Builder(String location) {
            this.location = location;
        }

        /**
         * Sets which backends may be used.
         *
         * @param order names separated by commas, tried in turn, or {@link Backends#AUTO}, the default
         * @return this
         */
        public Builder backend(String order) {
            backendOrder = order;
            return this;
        }

        /**
         * Sets the backends to choose from instead of those on the class path.
         *
         * @param value possible backends
         * @return this
         */
        public Builder backends(Backends value) {
            backends = value;
            return this;
        }

        /**
         * Sets how the backend holds the model.
         *
         * @param value options
         * @return this
         */
        public Builder loadOptions(LoadOptions value) {
            loadOptions = value;
            return this;
        }

        /**
         * Sets the number of compute threads.
         *
         * @param value 0 (chosen by the backend) to 1024
         * @return this
         */
        public Builder threads(int value) {
            loadOptions = loadOptions.mutate().threads(value).build();
            return this;
        }

        /**
         * Sets how the backend holds matrices: narrower types take less memory, and each generated token reads all of it.
         *
         * @param value as stored unless set
         * @return this
         */
        public Builder weights(WeightType value) {
            loadOptions = loadOptions.mutate().weights(value).build();
            return this;
        }

        /**
         * Sets the engine's bounds.
         *
         * @param value options
         * @return this
         */
        public Builder engineOptions(EngineOptions value) {
            engineOptions = value;
            return this;
        }

        /**
         * Sets the limit of the methods that take a text or messages, not a request.
         *
         * @param value most tokens to generate, 1 or more; 1024 unless set
         * @return this
         * @throws InvalidRequestException if it is below 1
         */
        public Builder maxTokens(int value) {
            if (value < 1) {
                throw new InvalidRequestException("max_tokens", "max_tokens is " + value, "Allowed: 1 or more");
            }
            maxTokens = value;
            return this;
        }

        /**
         * Adds a listener.
         *
         * @param listener told about every end
         * @return this
         */
        public Builder listener(GenerationListener listener) {
            listeners.add(listener);
            return this;
        }

        /**
         * Sets who is told how far loading has come.
         *
         * @param value called from any thread
         * @return this
         */
        public Builder progress(LoadProgress value) {
            progress = value;
            return this;
        }

        /**
         * Sets where hashes of checkpoints' contents are kept, so that the next process need not read all weights to have its own.
         *
         * @param folder made when needed; not set: nothing is kept
         * @return this
         */
        public Builder contentHashFolder(Path folder) {
            contentHashFolder = folder;
            return this;
        }

        /**
         * Sets who accounts for energy and carbon, so that each result says what it cost. One for all models of a JVM, started by
         * {@link FootprintAccounting#start}.
         *
         * @param value nobody unless set; closed by the caller, after its models
         * @return this
         */
        public Builder footprints(FootprintAccounting value) {
            footprints = value;
            return this;
        }

        /**
         * Checks what can be checked quickly, and leaves the rest to {@link CheckedModel#load}.
         *
         * @return the model; load or close it
         * @throws OlmoException of the kind of what is wrong: model not found, model format, tokenizer, or no backend available
         */
        public CheckedModel check() {
            return CheckedModel.of(this);
        }

        /**
         * Loads the model. What was opened is closed again if it fails half-way.
         *
         * @return the model; close it after use
         * @throws OlmoException of the kind of what is wrong: model not found, model format, tokenizer, or no backend available
         */
        public Olmo load() {
            return check().load(progress);
        }
    }
}
