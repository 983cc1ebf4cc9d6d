package org.olmo4j.spring.openai;

import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.olmo4j.constraint.JsonSchema;
import org.olmo4j.engine.GenerationRequest;
import org.olmo4j.engine.Origin;
import org.olmo4j.engine.Prompt;
import org.olmo4j.sampling.SamplingOptions;
import org.olmo4j.text.ChatMessage;
import org.olmo4j.text.ToolCall;
import org.olmo4j.text.ToolDefinition;
import org.olmo4j.text.ToolFallback;
import org.olmo4j.text.ToolUse;
import tools.jackson.databind.JsonNode;

/** The body of {@code POST /chat/completions}; fields as in OpenAI's reference and {@link GenerationFields}. */
record ChatRequest(
        @Nullable String model,
        @Nullable List<Message> messages,
        @Nullable Integer maxTokens,
        @Nullable Integer maxCompletionTokens,
        @Nullable Boolean logprobs,
        @Nullable Integer topLogprobs,
        @Nullable Boolean stream,
        @Nullable StreamOptions streamOptions,
        @Nullable ResponseFormat responseFormat,
        @Nullable List<Tool> tools,
        @Nullable JsonNode toolChoice,
        @Nullable Boolean parallelToolCalls,
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

    static final RequestForm<ChatRequest> FORM = new RequestForm<>(ChatRequest.class, IGNORED, neutral());

    /**
     * One message. A participant's name and the id of a tool call have no place in OLMo's templates; annotations come back from clients
     * that return an answer as they got it; lm-evaluation-harness gives each message a type.
     *
     * @param role system, developer (the same), user, assistant or tool
     * @param content a text, or a list of parts of type text; may be missing beside calls
     * @param toolCalls of the assistant
     */
    @JsonIgnoreProperties({"name", "tool_call_id", "annotations", "type"})
    record Message(
            @Nullable String role,
            @Nullable JsonNode content,
            @Nullable List<CalledTool> toolCalls) {}

    private static Map<String, Predicate<JsonNode>> neutral() {
        Map<String, Predicate<JsonNode>> neutral = new HashMap<>(NEUTRAL);
        neutral.put("functions", ChatRequest::isEmptyList);
        neutral.put("function_call", ChatRequest::isNoneOrAuto);
        neutral.put("modalities", value -> value.size() == 1 && isText(value.path(0)));
        return neutral;
    }

    /** What the engine is asked for. */
    GenerationRequest toGeneration(ToolUse use, SamplingOptions defaults, Origin caller) {
        GenerationRequest.Builder request = GenerationRequest.builder(new Prompt.Chat(use.messages(), use.tools()));
        applyTo(request, defaults, caller);
        Integer limit = tokenLimit();
        if (limit != null) {
            request.maxTokens(limit);
        }
        if (Boolean.TRUE.equals(logprobs)) {
            request.topLogProbabilities(topLogprobs == null ? 0 : topLogprobs);
        } else if (topLogprobs != null) {
            throw ApiError.invalid("top_logprobs", "top_logprobs needs logprobs to be true.");
        }
        if (responseFormat != null) {
            responseFormat.schema().ifPresent(request::jsonSchema);
            boolean offered = !use.tools().isEmpty() || !use.described().isEmpty();
            if (offered && responseFormat.schema().isPresent()) {
                throw ApiError.invalid(
                        "response_format",
                        "response_format is set together with tools, whose calls do not conform to it; leave one out.");
            }
        }
        JsonSchema.ofAnswer(use).ifPresent(request::jsonSchema);
        return request.build();
    }

    /**
     * The tools that the model may call, or must.
     *
     * @param known whether the chat template writes tools down
     * @param fallback what becomes of them if it does not
     */
    ToolUse tools(boolean known, ToolFallback fallback) {
        ToolChoice choice = ToolChoice.of(toolChoice);
        List<ToolDefinition> offered = choice.offered(definitions());
        int maxCalls =
                choice instanceof ToolChoice.OneTool || Boolean.FALSE.equals(parallelToolCalls) ? 1 : ToolUse.MAX_CALLS;
        // No template's form of calls can be held to a schema, so a call that must be made, or be the only one, is in a
        // form that can.
        boolean held = choice.required() || (known && !offered.isEmpty() && maxCalls == 1);
        return held || (!known && fallback == ToolFallback.DESCRIBE)
                ? ToolUse.described(chatMessages(), offered, choice.required(), maxCalls)
                : ToolUse.byTemplate(chatMessages(), offered);
    }

    private List<ToolDefinition> definitions() {
        List<Tool> given = Objects.requireNonNullElse(tools, List.of());
        return IntStream.range(0, given.size())
                .mapToObj(i -> given.get(i).definition("tools[" + i + "]"))
                .toList();
    }

    private @Nullable Integer tokenLimit() {
        if (maxTokens != null && maxCompletionTokens != null && !maxTokens.equals(maxCompletionTokens)) {
            throw ApiError.invalid("max_tokens", "max_tokens and max_completion_tokens differ; give one of them.");
        }
        Integer limit = maxCompletionTokens != null ? maxCompletionTokens : maxTokens;
        if (limit != null && limit < 1) {
            String name = maxCompletionTokens != null ? "max_completion_tokens" : "max_tokens";
            throw ApiError.invalid(name, name + " is " + limit + "; allowed: 1 or more.");
        }
        return limit;
    }

    private List<ChatMessage> chatMessages() {
        if (messages == null || messages.isEmpty()) {
            throw ApiError.invalid("messages", "messages is missing or empty; give at least one message.");
        }
        List<ChatMessage> result = new ArrayList<>(messages.size());
        for (int i = 0; i < messages.size(); i++) {
            String path = "messages[" + i + "]";
            Message message = messages.get(i);
            List<ToolCall> calls = calls(message, path);
            String text =
                    message.content() == null && !calls.isEmpty() ? "" : text(message.content(), path + ".content");
            result.add(new ChatMessage(role(message.role(), path + ".role"), text, calls));
        }
        return result;
    }

    private static List<ToolCall> calls(Message message, String path) {
        List<CalledTool> calls = Objects.requireNonNullElse(message.toolCalls(), List.of());
        if (!calls.isEmpty() && !"assistant".equals(message.role())) {
            throw ApiError.invalid(path + ".tool_calls", "Only messages of the assistant have tool_calls.");
        }
        return IntStream.range(0, calls.size())
                .mapToObj(i -> calls.get(i).call(path + ".tool_calls[" + i + "]"))
                .toList();
    }

    private static ChatMessage.Role role(@Nullable String role, String path) {
        return switch (role) {
            case "system", "developer" -> ChatMessage.Role.SYSTEM;
            case "user" -> ChatMessage.Role.USER;
            case "assistant" -> ChatMessage.Role.ASSISTANT;
            case "tool" -> ChatMessage.Role.TOOL;
            case null, default ->
                throw ApiError.invalid(
                        path, "The role is " + role + "; allowed: system, developer, user, assistant, tool.");
        };
    }

    /** Parts are joined by line breaks, as other servers do. */
    private static String text(@Nullable JsonNode content, String path) {
        if (content == null) {
            throw ApiError.invalid(path, path + " is missing.");
        }
        if (content.isString()) {
            return content.stringValue();
        }
        if (!content.isArray()) {
            throw ApiError.invalid(path, path + " is neither a text nor a list of parts.");
        }
        List<String> texts = new ArrayList<>(content.size());
        for (int i = 0; i < content.size(); i++) {
            JsonNode part = content.get(i);
            if (!isText(part.path("type")) || !part.path("text").isString()) {
                throw ApiError.invalid(
                        path + "[" + i + "]", "Only parts of type text are supported.", "unsupported_content_part");
            }
            texts.add(part.path("text").stringValue());
        }
        return String.join("\n", texts);
    }

    private static boolean isText(JsonNode value) {
        return value.isString() && value.stringValue().equals("text");
    }

    private static boolean isEmptyList(JsonNode value) {
        return value.isArray() && value.isEmpty();
    }

    private static boolean isNoneOrAuto(JsonNode value) {
        return value.isString()
                && (value.stringValue().equals("none") || value.stringValue().equals("auto"));
    }
}
