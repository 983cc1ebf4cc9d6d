package org.olmo4j.spring.openai;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.olmo4j.engine.GenerationEvent;
import org.olmo4j.engine.GenerationResult;
import org.olmo4j.text.AnswerReader;

/** A piece of a streamed answer of {@code POST /chat/completions}. */
record ChatChunk(
        String id,
        String object,
        long created,
        String model,
        List<Choice> choices,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable ChunkUsage usage,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable OlmoExtension olmo) {

    record Choice(
            int index,
            Delta delta,
            @Nullable ChatLogProbabilities logprobs,
            @Nullable String finishReason) {}

    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Delta(
            @Nullable String role,
            @Nullable String content,
            @Nullable List<CalledTool> toolCalls) {

        static Delta ofText(String text) {
            return new Delta(null, text, null);
        }
    }

    /** The last chunk of a stream: the token counts of all its choices. */
    static ChatChunk usage(ResponseHead head, TokenUsage usage) {
        return of(head, List.of(), new ChunkUsage(usage), null);
    }

    private static ChatChunk of(
            ResponseHead head, List<Choice> choices, @Nullable ChunkUsage usage, @Nullable OlmoExtension olmo) {
        return new ChatChunk(head.id(), "chat.completion.chunk", head.created(), head.model(), choices, usage, olmo);
    }

    /** Makes the chunks of one choice. Not thread-safe. */
    static final class Writer {
        private static final Delta ROLE = new Delta("assistant", "", null);
        private static final Delta NOTHING = new Delta(null, null, null);

        private final ResponseHead head;
        private final int index;
        private final ChatRequest request;
        private final TokenTexts texts;
        private final AnswerReader reader;
        private int promptTokens;
        private int completionTokens;

        Writer(ResponseHead head, int index, ChatRequest request, AnswerReader reader, TokenTexts texts) {
            this.head = head;
            this.index = index;
            this.request = request;
            this.texts = texts;
            this.reader = reader;
        }

        List<Object> write(GenerationEvent event) {
            return switch (event) {
                case GenerationEvent.Started started -> {
                    promptTokens = started.promptTokenIds().length;
                    yield List.of(chunk(ROLE, null, null, null));
                }
                case GenerationEvent.Delta delta -> write(delta);
                case GenerationEvent.Ended(GenerationResult result) -> end(result);
            };
        }

        private List<Object> write(GenerationEvent.Delta delta) {
            completionTokens += delta.tokenIds().size();
            if (delta.text().isEmpty() && delta.tokenIds().isEmpty()) {
                return List.of();
            }
            ChatLogProbabilities logProbabilities = Boolean.TRUE.equals(request.logprobs())
                    ? ChatLogProbabilities.of(delta.logProbabilities(), texts)
                    : null;
            String text = reader.add(delta.text());
            return List.of(chunk(Delta.ofText(text), logProbabilities, null, null));
        }

        private List<Object> end(GenerationResult result) {
            ApiError.requireAnswered(result);
            AnswerReader.Answer rest = reader.end();
            List<Object> chunks = new ArrayList<>();
            if (!rest.text().isEmpty()) {
                chunks.add(chunk(Delta.ofText(rest.text()), null, null, null));
            }
            if (!rest.calls().isEmpty()) {
                chunks.add(chunk(new Delta(null, null, CalledTool.of(result, rest.calls(), true)), null, null, null));
            }
            chunks.add(chunk(NOTHING, null, FinishReasons.of(result, rest.calls()), OlmoExtension.of(result)));
            return chunks;
        }

        private ChatChunk chunk(
                Delta delta,
                @Nullable ChatLogProbabilities logProbabilities,
                @Nullable String finishReason,
                @Nullable OlmoExtension olmo) {
            return of(
                    head,
                    List.of(new Choice(index, delta, logProbabilities, finishReason)),
                    ChunkUsage.soFar(request, promptTokens, completionTokens),
                    olmo);
        }
    }
}
