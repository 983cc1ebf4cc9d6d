package org.olmo4j.spring.openai;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.olmo4j.engine.GenerationResult;

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

    record Message(String role, String content, @Nullable String refusal) {}

    static ChatCompletion of(
            ResponseHead head,
            List<GenerationResult> results,
            TokenUsage usage,
            boolean logProbabilities,
            TokenTexts texts) {
        List<Choice> choices = new ArrayList<>(results.size());
        for (GenerationResult result : results) {
            choices.add(new Choice(
                    choices.size(),
                    new Message("assistant", result.text(), null),
                    logProbabilities ? ChatLogProbabilities.of(result.logProbabilities(), texts) : null,
                    FinishReasons.of(result)));
        }
        return new ChatCompletion(
                head.id(), "chat.completion", head.created(), head.model(), choices, usage, OlmoExtension.of(results));
    }
}
