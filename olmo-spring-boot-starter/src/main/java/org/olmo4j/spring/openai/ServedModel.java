package org.olmo4j.spring.openai;

import org.olmo4j.engine.Engine;
import org.olmo4j.error.InvalidRequestException;

/**
 * A model that the API answers with.
 *
 * @param name public name, by which requests choose it; never a path
 * @param engine what generates
 */
public record ServedModel(String name, Engine engine) {

    /**
     * Checks the name.
     *
     * @throws InvalidRequestException if it is blank
     */
    public ServedModel {
        if (name.isBlank()) {
            throw new InvalidRequestException("modelName", "The name of a model is blank", "Give it a name");
        }
    }

    /** Whether its chat template writes tools down. */
    boolean knowsTools() {
        Engine.ModelText text = engine.text();
        return text != null && text.chatTemplate().knowsTools();
    }

    /** How tokens of this model are written; of the tokenizer that it has now, as it may be loaded again. */
    TokenTexts texts() {
        Engine.ModelText text = engine.text();
        return new TokenTexts(text == null ? null : text.tokenizer());
    }
}
