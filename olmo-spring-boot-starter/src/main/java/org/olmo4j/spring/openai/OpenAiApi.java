package org.olmo4j.spring.openai;

import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.olmo4j.engine.Engine;
import org.olmo4j.engine.Generation;
import org.olmo4j.engine.GenerationEvent;
import org.olmo4j.engine.GenerationRequest;
import org.olmo4j.engine.GenerationResult;
import org.olmo4j.engine.Usage;
import org.olmo4j.error.InvalidRequestException;
import org.olmo4j.spring.openai.ApiAnswer.Document;
import org.olmo4j.spring.stream.GenerationFlux;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * The API without its transport: from the bytes of a request to those of its answer. Requests are validated, rendered, encoded and admitted
 * in the calling thread, so that what is wrong with them can still be an HTTP status. Thread-safe.
 */
public final class OpenAiApi {

    /** Of one request's prompts, so many are in the engine at a time: enough for full batches, without filling the queue for others. */
    private static final int PROMPTS_AT_A_TIME = 8;

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
        Generation generation = submitChat(request.toGeneration(engine.defaultSampling(), principal));
        ResponseHead head = head("chatcmpl-", generation);
        Flux<GenerationEvent> events = GenerationFlux.of(generation);
        if (request.streaming()) {
            ChatChunk.Writer writer = new ChatChunk.Writer(head, request, texts);
            return new ApiAnswer.Events(asEvents(events.concatMapIterable(writer::write)), generation::cancel);
        }
        boolean logProbabilities = Boolean.TRUE.equals(request.logprobs());
        return new ApiAnswer.Whole(
                asDocument(result(events).map(result -> ChatCompletion.of(head, result, logProbabilities, texts))),
                generation::cancel);
    }

    /** The engine calls any prompt a prompt; here the field is named messages. */
    private Generation submitChat(GenerationRequest request) {
        try {
            return engine.submit(request);
        } catch (InvalidRequestException e) {
            throw e.parameter().equals("prompt")
                    ? new ApiException(ApiError.of(e).withParam("messages"))
                    : e;
        }
    }

    private ApiAnswer complete(CompletionRequest request, @Nullable String principal) {
        requireServed(request.model());
        List<GenerationRequest> generations =
                request.toGenerations(engine.defaultSampling(), principal, options.maxPrompts());
        Generation first = engine.submit(generations.getFirst());
        ResponseHead head = head("cmpl-", first);
        Batch batch = new Batch(request, generations, first);
        return request.streaming()
                ? new ApiAnswer.Events(asEvents(batch.chunks(head)), first::cancel)
                : new ApiAnswer.Whole(asDocument(batch.whole(head)), first::cancel);
    }

    /** The prompts of one completions request; the first runs already. */
    private final class Batch {
        private final CompletionRequest request;
        private final List<GenerationRequest> generations;
        private final Generation first;

        Batch(CompletionRequest request, List<GenerationRequest> generations, Generation first) {
            this.request = request;
            this.generations = generations;
            this.first = first;
        }

        Mono<TextCompletion> whole(ResponseHead head) {
            return Flux.range(0, generations.size())
                    .flatMapSequential(
                            index -> result(events(index)).map(result -> new Outcome(index, result)), PROMPTS_AT_A_TIME)
                    .collectList()
                    .map(outcomes -> TextCompletion.of(
                            head,
                            outcomes.stream()
                                    .map(outcome -> writer(outcome.index).whole(outcome.result))
                                    .toList(),
                            ChunkUsage.of(outcomes.stream()
                                    .map(outcome -> outcome.result.usage())
                                    .toList()),
                            outcomes.size() == 1 ? OlmoExtension.of(outcomes.getFirst().result) : null));
        }

        Flux<Object> chunks(ResponseHead head) {
            AtomicReferenceArray<Usage> usages = new AtomicReferenceArray<>(generations.size());
            Flux<Object> choices = Flux.range(0, generations.size())
                    .flatMap(
                            index -> {
                                TextCompletion.ChoiceWriter writer = writer(index);
                                return events(index)
                                        .doOnNext(event -> {
                                            if (event instanceof GenerationEvent.Ended(GenerationResult result)) {
                                                usages.set(index, result.usage());
                                            }
                                        })
                                        .concatMapIterable(event -> writer.write(head, event));
                            },
                            PROMPTS_AT_A_TIME);
            if (!request.usageAtTheEnd()) {
                return choices;
            }
            return choices.concatWith(Mono.fromSupplier(() -> TextCompletion.usageChunk(head, all(usages))));
        }

        private Flux<GenerationEvent> events(int index) {
            return index == 0
                    ? GenerationFlux.of(first)
                    : GenerationFlux.submitting(() -> engine.submit(generations.get(index)));
        }

        private TextCompletion.ChoiceWriter writer(int index) {
            return new TextCompletion.ChoiceWriter(index, request, generations.get(index), texts);
        }

        private static List<Usage> all(AtomicReferenceArray<Usage> usages) {
            List<Usage> all = new ArrayList<>(usages.length());
            for (int i = 0; i < usages.length(); i++) {
                all.add(usages.get(i));
            }
            return all;
        }

        private record Outcome(int index, GenerationResult result) {}
    }

    private static Mono<GenerationResult> result(Flux<GenerationEvent> events) {
        return events.ofType(GenerationEvent.Ended.class)
                .last()
                .map(GenerationEvent.Ended::result)
                .doOnNext(ApiError::requireAnswered);
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

    private ResponseHead head(String prefix, Generation generation) {
        return new ResponseHead(prefix + generation.id(), clock.instant().getEpochSecond(), options.modelName());
    }

    private void requireServed(@Nullable String model) {
        if (model != null && !model.equals(options.modelName())) {
            throw ApiError.modelNotFound(model, options.modelName());
        }
    }
}
