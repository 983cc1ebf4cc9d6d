package org.olmo4j.spring.chat;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import org.olmo4j.energy.carbon.Footprint;
import org.olmo4j.engine.GenerationResult;
import org.olmo4j.engine.ReplayKey;
import org.olmo4j.engine.Timings;
import org.olmo4j.sampling.TokenLogProbability;
import org.olmo4j.text.AnswerReader;
import org.olmo4j.text.ToolCall;
import org.springframework.ai.chat.messages.AssistantMessage;
import org.springframework.ai.chat.metadata.ChatGenerationMetadata;
import org.springframework.ai.chat.metadata.ChatResponseMetadata;
import org.springframework.ai.chat.metadata.DefaultUsage;
import org.springframework.ai.chat.metadata.Usage;
import org.springframework.ai.chat.model.ChatResponse;
import org.springframework.ai.chat.model.Generation;

/** Makes what the engine reports Spring AI responses: the parts of a stream, and the whole of a call. */
final class ResponseMapper {

    /** The finish reason of an answer that asks for tools to be called. */
    private static final String TOOL_CALLS = "TOOL_CALLS";

    private final String modelName;

    ResponseMapper(String modelName) {
        this.modelName = modelName;
    }

    /**
     * All of an answer in one response.
     *
     * @param result of the generation
     * @param answer its words, and calls of tools if some were offered
     */
    ChatResponse whole(GenerationResult result, AnswerReader.Answer answer) {
        return ended(result, answer, result.logProbabilities());
    }

    /** One part of a streamed answer. */
    ChatResponse part(String id, String text, List<TokenLogProbability> logProbabilities) {
        ChatGenerationMetadata.Builder generation = ChatGenerationMetadata.builder();
        addLogProbabilities(generation, logProbabilities);
        return response(
                new AssistantMessage(text),
                generation.build(),
                ChatResponseMetadata.builder().id(id).model(modelName).build());
    }

    /**
     * The last part of a streamed answer: the sum of it all.
     *
     * @param result of the generation
     * @param rest words that could have been a call of a tool until the end, and the calls
     */
    ChatResponse last(GenerationResult result, AnswerReader.Answer rest) {
        return ended(result, rest, List.of());
    }

    private ChatResponse ended(
            GenerationResult result, AnswerReader.Answer answer, List<TokenLogProbability> logProbabilities) {
        ChatGenerationMetadata.Builder generation = ChatGenerationMetadata.builder()
                .finishReason(answer.calls().isEmpty() ? result.finishReason().name() : TOOL_CALLS);
        result.matchedStop().ifPresent(stop -> generation.metadata(OlmoResponseMetadata.STOP_SEQUENCE, stop));
        addLogProbabilities(generation, logProbabilities);
        Timings timings = result.timings();
        OptionalDouble speed = result.decodeTokensPerSecond();
        ChatResponseMetadata.Builder metadata = ChatResponseMetadata.builder()
                .id(result.id())
                .model(modelName)
                .usage(usage(result.usage()))
                .keyValue(OlmoResponseMetadata.SEED, result.seed())
                .keyValue(
                        OlmoResponseMetadata.REPLAY_KEY,
                        result.replayKey().map(ReplayKey::toString).orElse(null))
                .keyValue(OlmoResponseMetadata.QUEUE_DURATION, timings.started().orElse(null))
                .keyValue(
                        OlmoResponseMetadata.TIME_TO_FIRST_TOKEN,
                        timings.firstToken().orElse(null))
                .keyValue(OlmoResponseMetadata.TOTAL_DURATION, timings.ended())
                .keyValue(OlmoResponseMetadata.TOKENS_PER_SECOND, speed.isPresent() ? speed.getAsDouble() : null);
        result.footprint().ifPresent(footprint -> addFootprint(metadata, footprint));
        return response(message(result, answer), generation.build(), metadata.build());
    }

    private static void addFootprint(ChatResponseMetadata.Builder metadata, Footprint footprint) {
        metadata.keyValue(OlmoResponseMetadata.FOOTPRINT, footprint);
        footprint
                .energy()
                .active()
                .ifPresent(amount -> metadata.keyValue(OlmoResponseMetadata.ENERGY_ACTIVE_JOULES, amount.joules()));
        footprint
                .energy()
                .full()
                .ifPresent(amount -> metadata.keyValue(OlmoResponseMetadata.ENERGY_FULL_JOULES, amount.joules())
                        .keyValue(OlmoResponseMetadata.ENERGY_PROVENANCE, amount.provenance())
                        .keyValue(OlmoResponseMetadata.ENERGY_COVERS, amount.covers()));
        footprint
                .locationBased()
                .ifPresent(emission ->
                        metadata.keyValue(OlmoResponseMetadata.CO2E_LOCATION_BASED_GRAMS, emission.grams()));
        footprint
                .marketBased()
                .ifPresent(
                        emission -> metadata.keyValue(OlmoResponseMetadata.CO2E_MARKET_BASED_GRAMS, emission.grams()));
    }

    private static AssistantMessage message(GenerationResult result, AnswerReader.Answer answer) {
        List<AssistantMessage.ToolCall> calls = new ArrayList<>();
        for (ToolCall call : answer.calls()) {
            calls.add(new AssistantMessage.ToolCall(
                    "call_" + result.id() + "_" + calls.size(), "function", call.name(), call.arguments()));
        }
        return AssistantMessage.builder()
                .content(answer.text())
                .toolCalls(calls)
                .build();
    }

    private static ChatResponse response(
            AssistantMessage message, ChatGenerationMetadata generation, ChatResponseMetadata metadata) {
        return new ChatResponse(List.of(new Generation(message, generation)), metadata);
    }

    private static void addLogProbabilities(
            ChatGenerationMetadata.Builder generation, List<TokenLogProbability> logProbabilities) {
        if (!logProbabilities.isEmpty()) {
            generation.metadata(OlmoResponseMetadata.LOG_PROBABILITIES, logProbabilities);
        }
    }

    private static Usage usage(org.olmo4j.engine.Usage usage) {
        return new DefaultUsage(
                usage.promptTokens(),
                usage.completionTokens(),
                usage.totalTokens(),
                usage,
                (long) usage.cachedPromptTokens(),
                null);
    }
}
