package org.olmo4j.spring.promptlog.admin;

import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.olmo4j.spring.promptlog.document.AnswerDocument;
import org.olmo4j.spring.promptlog.document.PromptDocument;

/**
 * The texts of a record, decrypted.
 *
 * @param prompt null if it is not kept
 * @param answer null if there is none
 * @param unreadable why texts that are kept are not here; null if nothing is in the way. Why none are kept is told by the state of the record
 */
public record PromptTexts(
        @Nullable PromptDocument prompt,
        @Nullable AnswerDocument answer,
        @Nullable String unreadable) {

    /** No text is kept. */
    static final PromptTexts NONE = new PromptTexts(null, null, null);

    static PromptTexts unreadable(String reason) {
        return new PromptTexts(null, null, reason);
    }

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
        return text.toLowerCase(Locale.ROOT);
    }
}
