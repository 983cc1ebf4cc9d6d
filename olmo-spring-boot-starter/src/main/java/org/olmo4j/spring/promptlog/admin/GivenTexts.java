package org.olmo4j.spring.promptlog.admin;

import org.jspecify.annotations.Nullable;

/**
 * What an administrator knows of a request whose texts are not kept.
 *
 * @param prompt that of a prompt of text, or the message of a conversation of one; null if it is not known
 * @param jsonSchema that the answer was held to; null if it is not known, or there was none
 */
public record GivenTexts(@Nullable String prompt, @Nullable String jsonSchema) {

    /** Nothing is known. */
    public static final GivenTexts NONE = new GivenTexts(null, null);

    /** Hides both. */
    @Override
    public String toString() {
        return "GivenTexts[prompt=%s, jsonSchema=%s]".formatted(length(prompt), length(jsonSchema));
    }

    private static String length(@Nullable String text) {
        return text == null ? "not known" : text.length() + " characters";
    }
}
