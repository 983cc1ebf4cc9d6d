package org.olmo4j.spring.chat;

import java.util.function.Supplier;
import org.olmo4j.engine.GenerationRequest;
import org.olmo4j.engine.GenerationResult;
import org.olmo4j.engine.Origin;
import org.olmo4j.text.AnswerReader;

/**
 * What the engine is asked for, and how its answer is read.
 *
 * @param request of the engine
 * @param readers give a new reader for each answer
 */
record MappedRequest(GenerationRequest request, Supplier<AnswerReader> readers) {

    /** The same of somebody. */
    MappedRequest from(Origin origin) {
        return new MappedRequest(request.mutate().origin(origin).build(), readers);
    }

    /** Words and calls of a whole answer. */
    AnswerReader.Answer answer(GenerationResult result) {
        return readers.get().read(result.text());
    }
}
