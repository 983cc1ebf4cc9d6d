package org.olmo4j.engine;

import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.olmo4j.constraint.JsonSchema;
import org.olmo4j.constraint.TokenConstraint;
import org.olmo4j.constraint.TokenConstraints;
import org.olmo4j.text.Tokenizer;

/** Compiles the schemas of requests in their callers' threads; sorts the vocabulary for the first one. Thread-safe. */
final class RequestConstraints {

    private final Tokenizer tokenizer;
    private final int vocabularySize;
    private final Set<Integer> endIds;
    private @Nullable TokenConstraints constraints;

    /**
     * Remembers what is needed for the first schema.
     *
     * @param tokenizer of the model
     * @param vocabularySize of the model
     * @param endIds ids that end an answer
     */
    RequestConstraints(Tokenizer tokenizer, int vocabularySize, Set<Integer> endIds) {
        this.tokenizer = tokenizer;
        this.vocabularySize = vocabularySize;
        this.endIds = endIds;
    }

    /**
     * Compiles a schema or finds it, and works out the first set of tokens, so that the engine thread need not.
     *
     * @throws org.olmo4j.error.InvalidRequestException if an answer cannot be held to it
     */
    TokenConstraint compile(JsonSchema schema) {
        TokenConstraint constraint = constraints().compile(schema);
        constraint.start().allowed();
        return constraint;
    }

    private synchronized TokenConstraints constraints() {
        if (constraints == null) {
            int usable = Math.min(vocabularySize, tokenizer.vocabularySize());
            constraints = new TokenConstraints(tokenizer.tokenBytes(), usable, endIds);
        }
        return constraints;
    }
}
