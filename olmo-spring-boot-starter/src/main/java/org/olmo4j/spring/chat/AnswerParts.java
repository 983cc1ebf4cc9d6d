package org.olmo4j.spring.chat;

import org.olmo4j.engine.GenerationEvent;
import org.olmo4j.engine.GenerationResult;
import org.olmo4j.error.OlmoException;
import org.olmo4j.text.AnswerReader;
import org.springframework.ai.chat.model.ChatResponse;
import reactor.core.publisher.SynchronousSink;

/** The parts of one streamed answer. Its events come one after another. */
final class AnswerParts {

    private final ResponseMapper responses;
    private final AnswerReader reader;
    private volatile String id = "";

    AnswerParts(ResponseMapper responses, AnswerReader reader) {
        this.responses = responses;
        this.reader = reader;
    }

    void submitted(String generation) {
        id = generation;
    }

    void emit(GenerationEvent event, SynchronousSink<ChatResponse> sink) {
        switch (event) {
            case GenerationEvent.Started started -> {}
            case GenerationEvent.Delta delta -> {
                String text = reader.add(delta.text());
                if (!text.isEmpty() || !delta.logProbabilities().isEmpty()) {
                    sink.next(responses.part(id, text, delta.logProbabilities()));
                }
            }
            case GenerationEvent.Ended(GenerationResult result) -> {
                OlmoException error = result.error();
                if (error != null) {
                    sink.error(error);
                } else {
                    sink.next(responses.last(result, reader.end()));
                }
            }
        }
    }
}
