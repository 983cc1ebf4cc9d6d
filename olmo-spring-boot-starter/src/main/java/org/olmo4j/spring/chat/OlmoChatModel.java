package org.olmo4j.spring.chat;

import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.observation.contextpropagation.ObservationThreadLocalAccessor;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;
import org.olmo4j.engine.Engine;
import org.olmo4j.engine.Generation;
import org.olmo4j.engine.GenerationResult;
import org.olmo4j.engine.Origin;
import org.olmo4j.error.InvalidRequestException;
import org.olmo4j.error.OlmoException;
import org.olmo4j.spring.origin.RequestOrigins;
import org.olmo4j.spring.stream.GenerationFlux;
import org.springframework.ai.chat.model.ChatModel;
import org.springframework.ai.chat.model.ChatResponse;
import org.springframework.ai.chat.observation.ChatModelObservationContext;
import org.springframework.ai.chat.observation.ChatModelObservationConvention;
import org.springframework.ai.chat.observation.ChatModelObservationDocumentation;
import org.springframework.ai.chat.prompt.ChatOptions;
import org.springframework.ai.chat.prompt.Prompt;
import org.springframework.util.StringUtils;
import reactor.core.publisher.Flux;
import reactor.util.context.ContextView;

/**
 * An OLMo model that runs in this application as Spring AI's {@link ChatModel}. Thread-safe; callers may be virtual threads.
 *
 * <p>A prompt's options are used as they are; a prompt without options gets the model's own. Options of another model's class give their
 * portable values. What the model cannot honour is refused with its name.
 *
 * <p>Tools are offered to a model whose chat template knows them, and its calls are returned; whoever holds the model runs them, as
 * {@code ChatClient} does by its tool-calling advisor.
 *
 * <p>Errors are the engine's own: an {@link OlmoException} whose type says what went wrong, such as
 * {@link org.olmo4j.error.EngineBusyException} with the time after which to try again. None is of a type that Spring AI's retry template
 * retries, since what fails inside this process is not mended by calling it ten times.
 *
 * <p>Interrupting a thread in {@link #call(Prompt)}, or cancelling the subscription of {@link #stream(Prompt)}, cancels the generation.
 */
public class OlmoChatModel implements ChatModel {

    /** What observations name as the provider. */
    public static final String PROVIDER = "olmo";

    private static final ChatModelObservationConvention DEFAULT_CONVENTION = new OlmoChatModelObservationConvention();

    private final Engine engine;
    private final String name;
    private final OlmoChatOptions options;
    private final ObservationRegistry observationRegistry;
    private final ChatModelObservationConvention observationConvention;
    private final RequestOrigins origins;
    private final RequestMapper requests;
    private final ResponseMapper responses;

    /**
     * Makes a model.
     *
     * @param builder what it is made of
     */
    protected OlmoChatModel(Builder builder) {
        this.engine = builder.engine;
        this.name = builder.name;
        this.options = builder.options.mutate().model(builder.name).build();
        this.observationRegistry = builder.observationRegistry;
        this.observationConvention = builder.observationConvention;
        this.origins = builder.origins;
        this.requests = new RequestMapper(builder.engine);
        this.responses = new ResponseMapper(builder.name);
    }

    /**
     * Starts a model.
     *
     * @param engine what generates; not closed by the model
     * @param name public name of the model, for responses, metrics and the option {@code model}; never a path
     * @return a builder with no options and no observations
     */
    public static Builder builder(Engine engine, String name) {
        return new Builder(engine, name);
    }

    @Override
    public OlmoChatOptions getOptions() {
        return options;
    }

    /**
     * Generates an answer and waits for it.
     *
     * @param prompt the conversation, and options or null
     * @return the whole answer
     * @throws InvalidRequestException if a message or an option cannot be honoured
     * @throws OlmoException if the request is refused, fails, or runs into a deadline
     * @throws CancellationException if the thread is interrupted; its interrupt flag is set again
     */
    @Override
    public ChatResponse call(Prompt prompt) {
        Prompt resolved = resolve(prompt);
        MappedRequest asked = request(resolved);
        Origin caller = origins.withUser(asked.request().origin());
        ChatModelObservationContext context = context(resolved, false);
        return observation(context).observe(() -> {
            MappedRequest request = asked.from(origins.withTrace(caller));
            GenerationResult result = await(engine.submit(request.request()));
            ChatResponse answer = responses.whole(result, request.answer(result));
            // Also if it failed: what was computed is part of the observation.
            context.setResponse(answer);
            if (result.error() != null) {
                throw result.error();
            }
            return answer;
        });
    }

    /**
     * Generates an answer as a stream. Each subscription generates anew; it has a virtual thread that goes no further than is asked for.
     * Usage, finish reason,
     * timings and calls of tools are on the last response.
     *
     * @param prompt the conversation, and options or null
     * @return the parts of the answer; errors are those of {@link #call(Prompt)}, as signals
     */
    @Override
    public Flux<ChatResponse> stream(Prompt prompt) {
        return Flux.deferContextual(subscriber -> {
            Prompt resolved = resolve(prompt);
            MappedRequest request = request(resolved);
            return origins.withUser(request.request().origin(), subscriber)
                    .flatMapMany(caller -> observed(resolved, request.from(caller), subscriber));
        });
    }

    private Flux<ChatResponse> observed(Prompt resolved, MappedRequest asked, ContextView subscriber) {
        ChatModelObservationContext context = context(resolved, true);
        Observation observation = observation(context);
        start(observation, subscriber.getOrDefault(ObservationThreadLocalAccessor.KEY, null));
        Origin traced =
                observation.scoped(() -> origins.withTrace(asked.request().origin()));
        MappedRequest request = asked.from(traced);
        return parts(request, new ObservedEnd(observation, context, request, responses))
                .doOnError(observation::error)
                .contextWrite(written -> written.put(ObservationThreadLocalAccessor.KEY, observation));
    }

    private static void start(Observation observation, @Nullable Observation parent) {
        if (parent == null) {
            // Its parent is this thread's current observation, if there is one.
            observation.start();
        } else {
            observation.parentObservation(parent);
            // Handlers that look at the current observation are to see the caller's, not this thread's.
            parent.scoped(() -> {
                observation.start();
            });
        }
    }

    private Flux<ChatResponse> parts(MappedRequest request, GenerationFlux.Observer observer) {
        AnswerParts parts = new AnswerParts(responses, request.readers().get());
        return GenerationFlux.submitting(
                        () -> {
                            Generation generation = engine.submit(request.request());
                            parts.submitted(generation.id());
                            return generation;
                        },
                        observer)
                .handle(parts::emit);
    }

    /**
     * Spring AI's own aggregation of a stream loses the usage of one that was cancelled or failed. The engine's end event comes in any case,
     * so the observation has what it says, and ends after it.
     */
    private record ObservedEnd(
            Observation observation,
            ChatModelObservationContext context,
            MappedRequest request,
            ResponseMapper responses)
            implements GenerationFlux.Observer {

        @Override
        public void ended(GenerationResult result) {
            context.setResponse(responses.whole(result, request.answer(result)));
        }

        @Override
        public void done() {
            observation.stop();
        }
    }

    private static GenerationResult await(Generation generation) {
        try {
            return generation.awaitEnd();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            CancellationException cancelled =
                    new CancellationException("Interrupted while waiting for generation " + generation.id());
            cancelled.initCause(e);
            throw cancelled;
        }
    }

    /** The prompt with the options that hold for it and this model's name in them, as observations show it. */
    private Prompt resolve(Prompt prompt) {
        ChatOptions given = prompt.getOptions() == null ? options : prompt.getOptions();
        String asked = given.getModel();
        if (!StringUtils.hasText(asked)) {
            return new Prompt(
                    prompt.getInstructions(), given.mutate().model(name).build());
        }
        if (!asked.equals(name)) {
            throw new InvalidRequestException(
                    "model",
                    "The option model is '" + asked + "', but this is the model '" + name + "'",
                    "Leave the option out, or name this model");
        }
        return new Prompt(prompt.getInstructions(), given);
    }

    private MappedRequest request(Prompt resolved) {
        return requests.request(
                resolved.getInstructions(), resolved.getOptions() == null ? options : resolved.getOptions());
    }

    private static ChatModelObservationContext context(Prompt prompt, boolean streaming) {
        return ChatModelObservationContext.builder()
                .prompt(prompt)
                .provider(PROVIDER)
                .streaming(streaming)
                .build();
    }

    private Observation observation(ChatModelObservationContext context) {
        return ChatModelObservationDocumentation.CHAT_MODEL_OPERATION.observation(
                observationConvention, DEFAULT_CONVENTION, () -> context, observationRegistry);
    }

    /** Builds an {@link OlmoChatModel}; not thread-safe. */
    public static final class Builder {

        private final Engine engine;
        private final String name;
        private OlmoChatOptions options = OlmoChatOptions.builder().build();
        private RequestOrigins origins = RequestOrigins.NONE;
        private ObservationRegistry observationRegistry = ObservationRegistry.NOOP;
        private ChatModelObservationConvention observationConvention = DEFAULT_CONVENTION;

        private Builder(Engine engine, String name) {
            this.engine = engine;
            this.name = name;
        }

        /**
         * Sets the model's own options, for prompts without any.
         *
         * @param value their {@code model} is replaced by the model's name
         * @return this
         */
        public Builder options(OlmoChatOptions value) {
            this.options = value;
            return this;
        }

        /**
         * Sets where calls are observed.
         *
         * @param value metrics and traces
         * @return this
         */
        public Builder observationRegistry(ObservationRegistry value) {
            this.observationRegistry = value;
            return this;
        }

        /**
         * Sets who knows the user and the trace of requests that do not say.
         *
         * @param value nobody otherwise
         * @return this
         */
        public Builder origins(RequestOrigins value) {
            this.origins = value;
            return this;
        }

        /**
         * Sets the names and tags of observations.
         *
         * @param value Spring AI's default otherwise
         * @return this
         */
        public Builder observationConvention(ChatModelObservationConvention value) {
            this.observationConvention = value;
            return this;
        }

        /**
         * Makes the model.
         *
         * @return the model
         */
        public OlmoChatModel build() {
            return new OlmoChatModel(this);
        }
    }
}
