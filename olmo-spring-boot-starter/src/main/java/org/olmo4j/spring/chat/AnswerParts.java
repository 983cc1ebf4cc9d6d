package org.olmo4j.spring.chat;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.olmo4j.engine.GenerationEvent;
import org.olmo4j.engine.GenerationRequest;
import org.olmo4j.engine.GenerationResult;
import org.olmo4j.engine.Prompt;
import org.olmo4j.error.OlmoException;
import org.olmo4j.text.ToolCallReader;
import org.springframework.ai.chat.model.ChatResponse;
import reactor.core.publisher.SynchronousSink;

/** The parts of one streamed answer. Its events come one after another. */
final class AnswerParts {

    private final ResponseMapper responses;
    private final @Nullable ToolCallReader tools;
    private volatile String id = "";

    AnswerParts(ResponseMapper responses, GenerationRequest request) {
        this.responses = responses;
        this.tools = offersTools(request) ? new ToolCallReader() : null;
    }

    static boolean offersTools(GenerationRequest request) {
        return request.prompt() instanceof Prompt.Chat chat && !chat.tools().isEmpty();
    }

    /** Words and calls of a whole answer. */
    static ToolCallReader.Answer answer(GenerationRequest request, GenerationResult result) {
        return offersTools(request)
                ? ToolCallReader.read(result.text())
                : new ToolCallReader.Answer(result.text(), List.of());
    }

    void submitted(String generation) {
        id = generation;
    }

    void emit(GenerationEvent event, SynchronousSink<ChatResponse> sink) {
        switch (event) {
            case GenerationEvent.Started started -> {}
            case GenerationEvent.Delta delta -> {
                String text = tools == null ? delta.text() : tools.add(delta.text());
                if (!text.isEmpty() || !delta.logProbabilities().isEmpty()) {
                    sink.next(responses.part(id, text, delta.logProbabilities()));
                }
            }
            case GenerationEvent.Ended(GenerationResult result) -> {
                OlmoException error = result.error();
                if (error != null) {
                    sink.error(error);
                } else {
                    sink.next(responses.last(
                            result, tools == null ? new ToolCallReader.Answer("", List.of()) : tools.end()));
                }
            }
        }
    }
}
