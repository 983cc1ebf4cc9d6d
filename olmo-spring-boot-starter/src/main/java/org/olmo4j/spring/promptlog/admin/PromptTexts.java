package org.olmo4j.spring.promptlog.admin;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.olmo4j.spring.promptlog.document.AnswerDocument;
import org.olmo4j.spring.promptlog.document.PromptDocument;

/**
 * The texts of a record, decrypted.
 *
 * @param prompt null if it is not kept
 * @param answer null if there is none
 */
public record PromptTexts(
        @Nullable PromptDocument prompt, @Nullable AnswerDocument answer) {

    /** No text is kept. */
    static final PromptTexts NONE = new PromptTexts(null, null);

    /**
     * Looks for something in both.
     *
     * @param wanted any text
     * @return whether a message, a text or the answer contains it, in any case of letters
     */
    boolean contains(String wanted) {
        String folded = folded(wanted);
        boolean inPrompt = Optional.ofNullable(prompt)
                .filter(asked -> asked.texts().anyMatch(text -> folded(text).contains(folded)))
                .isPresent();
        return inPrompt || (answer != null && folded(answer.text()).contains(folded));
    }

    private static String folded(String text) {
        return text.toLowerCase(java.util.Locale.ROOT);
    }
}
