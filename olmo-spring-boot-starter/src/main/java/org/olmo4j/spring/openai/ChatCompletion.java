package org.olmo4j.spring.openai;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.olmo4j.engine.GenerationResult;
import org.olmo4j.text.AnswerReader;
import org.olmo4j.text.ToolUse;

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

        static Message of(GenerationResult result, AnswerReader.Answer answer) {
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
            ToolUse tools,
            TokenTexts texts) {
        List<Choice> choices = new ArrayList<>(results.size());
        for (GenerationResult result : results) {
            AnswerReader.Answer answer = tools.reader().read(result.text());
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
