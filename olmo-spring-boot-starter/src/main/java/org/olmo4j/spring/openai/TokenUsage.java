package org.olmo4j.spring.openai;

import java.util.List;
import org.olmo4j.engine.Usage;

/**
 * Token counts as OpenAI lists them.
 *
 * @param promptTokens of all prompts
 * @param completionTokens of all answers
 * @param totalTokens their sum
 * @param promptTokensDetails of the prompts' tokens
 */
record TokenUsage(int promptTokens, int completionTokens, int totalTokens, Details promptTokensDetails) {

    /**
     * What is known of the prompts' tokens.
     *
     * @param cachedTokens found in the prefix cache
     */
    record Details(int cachedTokens) {}

    /**
     * The sum.
     *
     * @param prompts one for each prompt, however many samples it has
     * @param answers one for each answer
     */
    static TokenUsage of(List<Usage> prompts, List<Usage> answers) {
        int prompt = prompts.stream().mapToInt(Usage::promptTokens).sum();
        int completion = answers.stream().mapToInt(Usage::completionTokens).sum();
        int cached = prompts.stream().mapToInt(Usage::cachedPromptTokens).sum();
        return new TokenUsage(prompt, completion, prompt + completion, new Details(cached));
    }

    /** While a generation runs; what the cache gave is known only at its end. */
    static TokenUsage soFar(int promptTokens, int completionTokens) {
        List<Usage> usage = List.of(new Usage(promptTokens, 0, completionTokens));
        return of(usage, usage);
    }
}
