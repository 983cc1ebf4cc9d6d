package org.olmo4j.spring.openai;

import java.util.List;
import org.olmo4j.engine.GenerationResult;
import org.olmo4j.text.ToolCall;

/** Why an answer ended, in OpenAI's words. */
final class FinishReasons {

    private FinishReasons() {}

    /** For a generation whose answer may have calls of tools. */
    static String of(GenerationResult result, List<ToolCall> calls) {
        return calls.isEmpty() ? of(result) : "tool_calls";
    }

    /** For a generation without an {@linkplain ApiError#requireAnswered error}. */
    static String of(GenerationResult result) {
        return switch (result.finishReason()) {
            case STOP -> "stop";
            case LENGTH -> "length";
            case CANCELLED, DEADLINE, REFUSED, FAILED ->
                throw new IllegalStateException(
                        "Generation " + result.id() + " has no answer: it ended by " + result.finishReason());
        };
    }
}
