package org.olmo4j.spring.openai;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.olmo4j.engine.GenerationResult;
import org.olmo4j.text.ToolCallReader;

/** The whole answer of {@code POST /chat/completions}. */
record ChatCompletion(
        String id,
        String object,
        long created,
        String model,
        List<Choice> choices,
        TokenUsage usage,
        OlmoExtension olmo) {

    record Choice(int index, Message message, @Nullable ChatLogProbabilities logprobs, String finishReason) {}

    /** Null for the content of an answer that has calls only. */
    record Message(
            String role,
            @Nullable String content,
            @Nullable String refusal,

            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable
            List<CalledTool> toolCalls) {

        static Message of(GenerationResult result, ToolCallReader.Answer answer) {
            boolean silent = answer.text().isEmpty() && !answer.calls().isEmpty();
            return new Message(
                    "assistant", silent ? null : answer.text(), null, CalledTool.of(result, answer.calls(), false));
        }
    }

    static ChatCompletion of(
            ResponseHead head,
            List<GenerationResult> results,
            TokenUsage usage,
            ChatRequest request,
            TokenTexts texts) {
        List<Choice> choices = new ArrayList<>(results.size());
        for (GenerationResult result : results) {
            ToolCallReader.Answer answer = request.offeredTools().isEmpty()
                    ? new ToolCallReader.Answer(result.text(), List.of())
                    : ToolCallReader.read(result.text());
            choices.add(new Choice(
                    choices.size(),
                    Message.of(result, answer),
                    Boolean.TRUE.equals(request.logprobs())
                            ? ChatLogProbabilities.of(result.logProbabilities(), texts)
                            : null,
                    FinishReasons.of(result, answer.calls())));
        }
        return new ChatCompletion(
                head.id(), "chat.completion", head.created(), head.model(), choices, usage, OlmoExtension.of(results));
    }
}
