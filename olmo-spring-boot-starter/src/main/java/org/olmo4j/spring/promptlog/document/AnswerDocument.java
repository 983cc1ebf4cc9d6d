package org.olmo4j.spring.promptlog.document;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * What was answered.
 *
 * @param text without stop strings and special tokens
 * @param tokenIds the generated ids; null where the text is redacted
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record AnswerDocument(String text, @Nullable List<Integer> tokenIds) {

    /** Copies the list. */
    public AnswerDocument {
        tokenIds = tokenIds == null ? null : List.copyOf(tokenIds);
    }

    /**
     * The same with its text mapped.
     *
     * @param mapping of the text
     * @return without token ids, which are text too, but cannot be mapped
     */
    public AnswerDocument mapped(UnaryOperator<String> mapping) {
        return new AnswerDocument(mapping.apply(text), null);
    }
}
