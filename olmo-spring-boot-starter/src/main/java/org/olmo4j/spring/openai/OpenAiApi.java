package org.olmo4j.spring.openai;

import java.time.InstantSource;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.olmo4j.engine.GenerationRequest;
import org.olmo4j.engine.Origin;
import org.olmo4j.error.InvalidRequestException;
import org.olmo4j.spring.openai.ApiAnswer.Document;
import org.olmo4j.spring.origin.TraceIds;
import org.olmo4j.text.ToolUse;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * The API without its transport: from the bytes of a request to those of its answer. Requests are validated, rendered, encoded and admitted
 * in the calling thread, so that what is wrong with them can still be an HTTP status. Thread-safe.
 */
public final class OpenAiApi {

    private final Map<String, ServedModel> models;
    private final ServedModel defaultModel;
    private final OpenAiApiOptions options;
    private final InstantSource clock;
    private final TraceIds traceIds;
    private final long created;

    /**
     * Makes the API of models.
     *
     * @param models at least one; the first answers requests that name none
     * @param options bounds
     * @param clock for the times in answers
     * @param traceIds knows the trace of a request
     * @throws IllegalArgumentException if there is no model, or two have one name
     */
    public OpenAiApi(List<ServedModel> models, OpenAiApiOptions options, InstantSource clock, TraceIds traceIds) {
        if (models.isEmpty()) {
            throw new IllegalArgumentException("There is no model to serve");
        }
        Map<String, ServedModel> byName = new LinkedHashMap<>();
        for (ServedModel model : models) {
            if (byName.put(model.name(), model) != null) {
                throw new IllegalArgumentException("Two models have the name " + model.name());
            }
        }
        this.models = Collections.unmodifiableMap(byName);
        this.defaultModel = models.getFirst();
        this.options = options;
        this.clock = clock;
        this.traceIds = traceIds;
        this.created = clock.instant().getEpochSecond();
    }

    int maxBodyBytes() {
        return options.maxBodyBytes();
    }

    ApiAnswer models() {
        return ApiAnswer.of(Document.of(
                ModelList.of(models.values().stream().map(this::listed).toList())));
    }

    ApiAnswer model(String id) {
        return answer(() -> ApiAnswer.of(Document.of(listed(served(id)))));
    }

    private ModelList.Model listed(ServedModel model) {
        return new ModelList.Model(
                model.name(), "model", created, "olmo4j", model.engine().spec().contextLength());
    }

    ApiAnswer chat(byte[] body, @Nullable String principal) {
        return answer(() -> chat(ChatRequest.FORM.read(body), caller(principal)));
    }

    ApiAnswer complete(byte[] body, @Nullable String principal) {
        return answer(() -> complete(CompletionRequest.FORM.read(body), caller(principal)));
    }

    private Origin caller(@Nullable String principal) {
        return Origin.UNKNOWN.withUser(principal).withTraceId(traceIds.current());
    }

    /** Whatever goes wrong before an answer begins is an answer too. */
    static ApiAnswer answer(Supplier<ApiAnswer> attempt) {
        try {
            return attempt.get();
        } catch (RuntimeException e) {
            return ApiAnswer.of(Document.of(ApiError.of(e)));
        }
    }

    private ApiAnswer chat(ChatRequest request, Origin caller) {
        ServedModel model = served(request.model());
        TokenTexts texts = model.texts();
        int samples = request.samples(options.maxChoices());
        ToolUse tools = request.tools(model.knowsTools(), options.toolFallback());
        GenerationRequest generation =
                request.toGeneration(tools, model.engine().defaultSampling(), caller);
        Choices choices = submitChat(model, generation, samples);
        ResponseHead head = head("chatcmpl-", choices, model);
        if (request.streaming()) {
            List<ChatChunk.Writer> writers = IntStream.range(0, samples)
                    .mapToObj(index -> new ChatChunk.Writer(head, index, request, tools.reader(), texts))
                    .toList();
            Flux<Object> chunks = choices.stream(
                    part -> writers.get(part.index()).write(part.event()),
                    results -> request.usageAtTheEnd()
                            ? List.of(ChatChunk.usage(head, choices.usage(results)))
                            : List.of());
            return new ApiAnswer.Events(asEvents(chunks), choices::cancel);
        }
        return new ApiAnswer.Whole(
                asDocument(choices.results()
                        .map(results ->
                                ChatCompletion.of(head, results, choices.usage(results), request, tools, texts))),
                choices::cancel);
    }

    /** The engine calls any prompt a prompt; here the field is named messages. */
    private Choices submitChat(ServedModel model, GenerationRequest request, int samples) {
        try {
            return new Choices(model.engine(), List.of(request), samples);
        } catch (InvalidRequestException e) {
            throw e.parameter().equals("prompt")
                    ? new ApiException(ApiError.of(e).withParam("messages"))
                    : e;
        }
    }

    private ApiAnswer complete(CompletionRequest request, Origin caller) {
        ServedModel model = served(request.model());
        TokenTexts texts = model.texts();
        int samples = request.samples(options.maxChoices());
        Choices choices = new Choices(
                model.engine(),
                request.toGenerations(model.engine().defaultSampling(), caller, options.maxPrompts()),
                samples);
        ResponseHead head = head("cmpl-", choices, model);
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

    private ResponseHead head(String prefix, Choices choices, ServedModel model) {
        return new ResponseHead(prefix + choices.id(), clock.instant().getEpochSecond(), model.name());
    }

    private ServedModel served(@Nullable String model) {
        if (model == null) {
            return defaultModel;
        }
        ServedModel served = models.get(model);
        if (served == null) {
            throw ApiError.modelNotFound(model, models.keySet());
        }
        return served;
    }
}
