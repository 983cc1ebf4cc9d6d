package org.olmo4j.spring.openai;

import com.fasterxml.jackson.annotation.JsonValue;
import org.jspecify.annotations.Nullable;

/**
 * The field {@code usage} of a chunk. OpenAI leaves it out unless the request asks for it; then every chunk has it, null but in the last.
 *
 * @param tokens the counts; null is written as null
 */
record ChunkUsage(@Nullable TokenUsage tokens) {

    @JsonValue
    @Override
    public @Nullable TokenUsage tokens() {
        return tokens;
    }

    /** While a generation runs; absent for a request that does not ask for it. */
    static @Nullable ChunkUsage soFar(GenerationFields request, int promptTokens, int completionTokens) {
        if (!request.usageAtTheEnd()) {
            return null;
        }
        return new ChunkUsage(request.usageInEveryChunk() ? TokenUsage.soFar(promptTokens, completionTokens) : null);
    }
}
