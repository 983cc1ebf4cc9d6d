package org.olmo4j.spring.promptlog.redaction;

/** What came of redacting a text. */
public sealed interface Redacted {

    /**
     * It was redacted.
     *
     * @param text may be stored
     */
    record Text(String text) implements Redacted {}

    /**
     * It was not: nothing of it may be stored.
     *
     * @param reason for people; holds nothing of the text
     */
    record Withheld(String reason) implements Redacted {}
}
