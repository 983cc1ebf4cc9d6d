package org.olmo4j.spring.openai;

import com.fasterxml.jackson.annotation.JsonFormat;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.olmo4j.engine.GenerationRequest;
import org.olmo4j.engine.Origin;
import org.olmo4j.engine.Prompt;
import org.olmo4j.sampling.SamplingOptions;
import tools.jackson.databind.JsonNode;

/** The body of {@code POST /completions}; fields as in OpenAI's reference and {@link GenerationFields}. */
record CompletionRequest(
        @Nullable String model,
        @Nullable JsonNode prompt,
        @Nullable Boolean echo,
        @Nullable Integer maxTokens,
        @Nullable Integer logprobs,
        @Nullable Boolean stream,
        @Nullable StreamOptions streamOptions,
        @Nullable Double temperature,
        @Nullable Integer topK,
        @Nullable Double topP,
        @Nullable Double minP,
        @Nullable Double repetitionPenalty,
        @Nullable Double frequencyPenalty,
        @Nullable Double presencePenalty,
        @Nullable Map<Integer, Double> logitBias,
        @Nullable Long seed,

        @JsonFormat(with = JsonFormat.Feature.ACCEPT_SINGLE_VALUE_AS_ARRAY) @Nullable
        List<String> stop,

        @Nullable List<Integer> stopTokenIds,
        @Nullable Boolean ignoreEos,
        @Nullable Integer minTokens,
        @Nullable Integer n,
        @Nullable String cacheSalt,
        @Nullable String user,
        @Nullable String safetyIdentifier,
        @Nullable Boolean store)
        implements GenerationFields {

    static final RequestForm<CompletionRequest> FORM = new RequestForm<>(CompletionRequest.class, IGNORED, NEUTRAL);

    private static final int DEFAULT_MAX_TOKENS = 16;

    boolean echoed() {
        return Boolean.TRUE.equals(echo);
    }

    /** What the engine is asked for, one for each prompt. */
    List<GenerationRequest> toGenerations(SamplingOptions defaults, Origin caller, int maxPrompts) {
        List<Prompt> prompts = prompts();
        if (prompts.size() > maxPrompts) {
            throw ApiError.invalid(
                    "prompt", "There are " + prompts.size() + " prompts; allowed: " + maxPrompts + " in one request.");
        }
        return prompts.stream()
                .map(text -> toGeneration(text, defaults, caller))
                .toList();
    }

    private GenerationRequest toGeneration(Prompt text, SamplingOptions defaults, Origin caller) {
        GenerationRequest.Builder request = GenerationRequest.builder(text);
        applyTo(request, defaults, caller);
        int limit = maxTokens == null ? DEFAULT_MAX_TOKENS : maxTokens;
        if (limit == 0 && !echoed()) {
            throw ApiError.invalid("max_tokens", "max_tokens is 0, which is allowed only with echo.");
        }
        request.maxTokens(limit);
        if (logprobs != null) {
            request.topLogProbabilities(logprobs);
            if (echoed()) {
                request.promptTopLogProbabilities(logprobs);
            }
        }
        return request.build();
    }

    private List<Prompt> prompts() {
        if (prompt == null) {
            return List.of(new Prompt.Text(""));
        }
        if (prompt.isString()) {
            return List.of(new Prompt.Text(prompt.stringValue()));
        }
        if (!prompt.isArray() || prompt.isEmpty()) {
            throw wrongPrompt("prompt");
        }
        if (prompt.get(0).isNumber()) {
            return List.of(tokens(prompt, "prompt"));
        }
        List<Prompt> prompts = new ArrayList<>(prompt.size());
        boolean texts = prompt.get(0).isString();
        for (int i = 0; i < prompt.size(); i++) {
            JsonNode element = prompt.get(i);
            if (texts ? !element.isString() : !element.isArray()) {
                throw wrongPrompt("prompt[" + i + "]");
            }
            prompts.add(texts ? new Prompt.Text(element.stringValue()) : tokens(element, "prompt[" + i + "]"));
        }
        return prompts;
    }

    private static Prompt.Tokens tokens(JsonNode ids, String path) {
        int[] tokens = new int[ids.size()];
        for (int i = 0; i < tokens.length; i++) {
            JsonNode id = ids.get(i);
            if (!id.isInt()) {
                throw wrongPrompt(path + "[" + i + "]");
            }
            tokens[i] = id.intValue();
        }
        return new Prompt.Tokens(tokens);
    }

    private static ApiException wrongPrompt(String path) {
        return ApiError.invalid(
                path, "The prompt must be a text, a list of texts, a list of token ids or a list of such lists.");
    }
}
