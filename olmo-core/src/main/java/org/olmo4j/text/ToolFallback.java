package org.olmo4j.text;

/** What becomes of tools where the model's chat template knows none. */
public enum ToolFallback {
    /** They are refused by name. */
    REFUSE,
    /** They are described in the system message, and the answer is held to JSON: a call that conforms to the tool's schema, or a text. */
    DESCRIBE
}
