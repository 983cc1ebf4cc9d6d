package org.olmo4j.spring.promptlog.redaction;

/** Takes out of a text what must not be stored. Called by several threads at once. */
@FunctionalInterface
public interface Redactor {

    /**
     * Redacts a text.
     *
     * @param text a prompt or an answer, of any length
     * @return the text with something else in place of what must not be stored
     */
    String redact(String text);
}
