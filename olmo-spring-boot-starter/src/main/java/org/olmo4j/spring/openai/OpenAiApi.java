package org.olmo4j.spring.openai;

import java.time.InstantSource;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.olmo4j.engine.Engine;
import org.olmo4j.engine.GenerationRequest;
import org.olmo4j.error.InvalidRequestException;
import org.olmo4j.spring.openai.ApiAnswer.Document;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * The API without its transport: from the bytes of a request to those of its answer. Requests are validated, rendered, encoded and admitted
 * in the calling thread, so that what is wrong with them can still be an HTTP status. Thread-safe.
 */
public final class OpenAiApi {

    private final Engine engine;
    private final OpenAiApiOptions options;
    private final InstantSource clock;
    private final TokenTexts texts;
    private final ModelList.Model served;

    /**
     * Makes the API of one model.
     *
     * @param engine what generates
     * @param options name and bounds
     * @param clock for the times in answers
     */
    public OpenAiApi(Engine engine, OpenAiApiOptions options, InstantSource clock) {
        this.engine = engine;
        this.options = options;
        this.clock = clock;
        Engine.ModelText text = engine.text();
        this.texts = new TokenTexts(text == null ? null : text.tokenizer());
        this.served = new ModelList.Model(
                options.modelName(),
                "model",
                clock.instant().getEpochSecond(),
                "olmo4j",
                engine.spec().contextLength());
    }

    int maxBodyBytes() {
        return options.maxBodyBytes();
    }

    ApiAnswer models() {
        return ApiAnswer.of(Document.of(ModelList.of(served)));
    }

    ApiAnswer model(String id) {
        return answer(() -> {
            requireServed(id);
            return ApiAnswer.of(Document.of(served));
        });
    }

    ApiAnswer chat(byte[] body, @Nullable String principal) {
        return answer(() -> chat(ChatRequest.FORM.read(body), principal));
    }

    ApiAnswer complete(byte[] body, @Nullable String principal) {
        return answer(() -> complete(CompletionRequest.FORM.read(body), principal));
    }

    /** Whatever goes wrong before an answer begins is an answer too. */
    static ApiAnswer answer(Supplier<ApiAnswer> attempt) {
        try {
            return attempt.get();
        } catch (RuntimeException e) {
            return ApiAnswer.of(Document.of(ApiError.of(e)));
        }
    }

    private ApiAnswer chat(ChatRequest request, @Nullable String principal) {
        requireServed(request.model());
        int samples = request.samples(options.maxChoices());
        GenerationRequest generation = request.toGeneration(engine.defaultSampling(), principal);
        Choices choices = submitChat(generation, samples);
        ResponseHead head = head("chatcmpl-", choices);
        if (request.streaming()) {
            List<ChatChunk.Writer> writers = IntStream.range(0, samples)
                    .mapToObj(index -> new ChatChunk.Writer(head, index, request, texts))
                    .toList();
            Flux<Object> chunks = choices.stream(
                    part -> writers.get(part.index()).write(part.event()),
                    results -> request.usageAtTheEnd()
                            ? List.of(ChatChunk.usage(head, choices.usage(results)))
                            : List.of());
            return new ApiAnswer.Events(asEvents(chunks), choices::cancel);
        }
        boolean logProbabilities = Boolean.TRUE.equals(request.logprobs());
        return new ApiAnswer.Whole(
                asDocument(choices.results()
                        .map(results ->
                                ChatCompletion.of(head, results, choices.usage(results), logProbabilities, texts))),
                choices::cancel);
    }

    /** The engine calls any prompt a prompt; here the field is named messages. */
    private Choices submitChat(GenerationRequest request, int samples) {
        try {
            return new Choices(engine, List.of(request), samples);
        } catch (InvalidRequestException e) {
            throw e.parameter().equals("prompt")
                    ? new ApiException(ApiError.of(e).withParam("messages"))
                    : e;
        }
    }

    private ApiAnswer complete(CompletionRequest request, @Nullable String principal) {
        requireServed(request.model());
        int samples = request.samples(options.maxChoices());
        Choices choices = new Choices(
                engine, request.toGenerations(engine.defaultSampling(), principal, options.maxPrompts()), samples);
        ResponseHead head = head("cmpl-", choices);
        List<TextCompletion.ChoiceWriter> writers = IntStream.range(0, choices.count())
                .mapToObj(index -> new TextCompletion.ChoiceWriter(index, request, choices.prompt(index), texts))
                .toList();
        if (request.streaming()) {
            Flux<Object> chunks = choices.stream(
                    part -> writers.get(part.index()).write(head, part.event()),
                    results -> request.usageAtTheEnd()
                            ? List.of(TextCompletion.usageChunk(head, choices.usage(results)))
                            : List.of());
            return new ApiAnswer.Events(asEvents(chunks), choices::cancel);
        }
        return new ApiAnswer.Whole(
                asDocument(choices.results()
                        .map(results -> TextCompletion.whole(head, writers, results, choices.usage(results)))),
                choices::cancel);
    }

    private static Mono<Document> asDocument(Mono<?> answer) {
        return answer.map(Document::of).onErrorResume(error -> Mono.just(Document.of(ApiError.of(error))));
    }

    /** An error is the last event: without [DONE], so that a client which ignores it does not take the answer for complete. */
    private Flux<String> asEvents(Flux<Object> chunks) {
        Flux<String> events = chunks.map(ServerSentEvents::data)
                .concatWithValues(ServerSentEvents.DONE)
                .onErrorResume(error ->
                        Mono.just(ServerSentEvents.data(ApiError.of(error).body())));
        return ServerSentEvents.withHeartbeats(events, options.heartbeatInterval());
    }

    private ResponseHead head(String prefix, Choices choices) {
        return new ResponseHead(prefix + choices.id(), clock.instant().getEpochSecond(), options.modelName());
    }

    private void requireServed(@Nullable String model) {
        if (model != null && !model.equals(options.modelName())) {
            throw ApiError.modelNotFound(model, options.modelName());
        }
    }
}
