package org.olmo4j.spring.chat;

import java.util.List;
import java.util.OptionalDouble;
import org.olmo4j.engine.GenerationEvent.Delta;
import org.olmo4j.engine.GenerationResult;
import org.olmo4j.engine.ReplayKey;
import org.olmo4j.engine.Timings;
import org.olmo4j.sampling.TokenLogProbability;
import org.springframework.ai.chat.messages.AssistantMessage;
import org.springframework.ai.chat.metadata.ChatGenerationMetadata;
import org.springframework.ai.chat.metadata.ChatResponseMetadata;
import org.springframework.ai.chat.metadata.DefaultUsage;
import org.springframework.ai.chat.metadata.Usage;
import org.springframework.ai.chat.model.ChatResponse;
import org.springframework.ai.chat.model.Generation;

/** Makes what the engine reports Spring AI responses: the parts of a stream, and the whole of a call. */
final class ResponseMapper {

    private final String modelName;

    ResponseMapper(String modelName) {
        this.modelName = modelName;
    }

    /** All of an answer in one response. */
    ChatResponse whole(GenerationResult result) {
        return ended(result, result.text(), result.logProbabilities());
    }

    /** One part of a streamed answer. */
    ChatResponse part(String id, Delta delta) {
        ChatGenerationMetadata.Builder generation = ChatGenerationMetadata.builder();
        addLogProbabilities(generation, delta.logProbabilities());
        return response(
                delta.text(),
                generation.build(),
                ChatResponseMetadata.builder().id(id).model(modelName).build());
    }

    /** The last part of a streamed answer: no more text, but the sum of it all. */
    ChatResponse last(GenerationResult result) {
        return ended(result, "", List.of());
    }

    private ChatResponse ended(GenerationResult result, String text, List<TokenLogProbability> logProbabilities) {
        ChatGenerationMetadata.Builder generation = ChatGenerationMetadata.builder()
                .finishReason(result.finishReason().name());
        result.matchedStop().ifPresent(stop -> generation.metadata(OlmoResponseMetadata.STOP_SEQUENCE, stop));
        addLogProbabilities(generation, logProbabilities);
        Timings timings = result.timings();
        OptionalDouble speed = result.decodeTokensPerSecond();
        ChatResponseMetadata metadata = ChatResponseMetadata.builder()
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
                .keyValue(OlmoResponseMetadata.TOKENS_PER_SECOND, speed.isPresent() ? speed.getAsDouble() : null)
                .build();
        return response(text, generation.build(), metadata);
    }

    private static ChatResponse response(
            String text, ChatGenerationMetadata generation, ChatResponseMetadata metadata) {
        return new ChatResponse(List.of(new Generation(new AssistantMessage(text), generation)), metadata);
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
