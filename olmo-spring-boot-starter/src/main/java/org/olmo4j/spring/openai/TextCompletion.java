package org.olmo4j.spring.openai;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.olmo4j.engine.GenerationEvent;
import org.olmo4j.engine.GenerationRequest;
import org.olmo4j.engine.GenerationResult;
import org.olmo4j.engine.Prompt;

/** The answer of {@code POST /completions}, whole or a piece of it: OpenAI gives both the same form. */
record TextCompletion(
        String id,
        String object,
        long created,
        String model,
        List<Choice> choices,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable ChunkUsage usage,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable OlmoExtension olmo) {

    record Choice(
            String text,
            int index,
            @Nullable CompletionLogProbabilities logprobs,
            @Nullable String finishReason) {}

    static TextCompletion of(
            ResponseHead head, List<Choice> choices, @Nullable ChunkUsage usage, @Nullable OlmoExtension olmo) {
        return new TextCompletion(head.id(), "text_completion", head.created(), head.model(), choices, usage, olmo);
    }

    /** Makes one choice, whole or in pieces. Not thread-safe. */
    static final class ChoiceWriter {
        private final int index;
        private final CompletionRequest request;
        private final Prompt prompt;
        private final TokenTexts texts;
        private final CompletionLogProbabilities.Builder logProbabilities;
        private int promptTokens;
        private int completionTokens;

        ChoiceWriter(int index, CompletionRequest request, GenerationRequest generation, TokenTexts texts) {
            this.index = index;
            this.request = request;
            this.prompt = generation.prompt();
            this.texts = texts;
            this.logProbabilities = new CompletionLogProbabilities.Builder(texts);
        }

        Choice whole(GenerationResult result) {
            String text = result.text();
            CompletionLogProbabilities listed = null;
            if (request.echoed()) {
                int[] ids = result.promptTokenIds().stream()
                        .mapToInt(Integer::intValue)
                        .toArray();
                text = echo(ids) + text;
                if (request.logprobs() != null) {
                    listed = logProbabilities.prompt(ids, result.promptLogProbabilities());
                }
            }
            if (request.logprobs() != null) {
                CompletionLogProbabilities generated = logProbabilities.generated(result.logProbabilities());
                listed = listed == null ? generated : listed.followedBy(generated);
            }
            return new Choice(text, index, listed, FinishReasons.of(result));
        }

        /** A chunk for an event; none if there is nothing to tell. */
        List<Object> write(ResponseHead head, GenerationEvent event) {
            return switch (event) {
                case GenerationEvent.Started started -> {
                    promptTokens = started.promptTokenIds().length;
                    yield request.echoed() ? List.of(chunk(head, echoed(started), null)) : List.of();
                }
                case GenerationEvent.Delta delta -> {
                    completionTokens += delta.tokenIds().size();
                    yield delta.text().isEmpty() && delta.tokenIds().isEmpty()
                            ? List.of()
                            : List.of(chunk(head, choice(delta), null));
                }
                case GenerationEvent.Ended(GenerationResult result) -> {
                    ApiError.requireAnswered(result);
                    Choice end = new Choice("", index, null, FinishReasons.of(result));
                    yield List.of(chunk(head, end, OlmoExtension.of(result)));
                }
            };
        }

        private Choice echoed(GenerationEvent.Started started) {
            int[] ids = started.promptTokenIds();
            return new Choice(
                    echo(ids),
                    index,
                    request.logprobs() == null ? null : logProbabilities.prompt(ids, started.promptLogProbabilities()),
                    null);
        }

        private Choice choice(GenerationEvent.Delta delta) {
            return new Choice(
                    delta.text(),
                    index,
                    request.logprobs() == null ? null : logProbabilities.generated(delta.logProbabilities()),
                    null);
        }

        private TextCompletion chunk(ResponseHead head, Choice choice, @Nullable OlmoExtension olmo) {
            ChunkUsage usage = ChunkUsage.soFar(request, promptTokens, completionTokens);
            return TextCompletion.of(head, List.of(choice), usage, olmo);
        }

        private String echo(int[] promptTokenIds) {
            return prompt instanceof Prompt.Text(String text) ? text : texts.decode(promptTokenIds);
        }
    }

    /** The last chunk of a stream: the token counts of all its choices. */
    static TextCompletion usageChunk(ResponseHead head, TokenUsage usage) {
        return of(head, List.of(), new ChunkUsage(usage), null);
    }

    /** The whole answer; one writer and one result for each choice. */
    static TextCompletion whole(
            ResponseHead head, List<ChoiceWriter> writers, List<GenerationResult> results, TokenUsage usage) {
        List<Choice> choices = IntStream.range(0, results.size())
                .mapToObj(index -> writers.get(index).whole(results.get(index)))
                .toList();
        OlmoExtension olmo = results.size() == 1 ? OlmoExtension.of(results.getFirst()) : null;
        return of(head, choices, new ChunkUsage(usage), olmo);
    }
}
