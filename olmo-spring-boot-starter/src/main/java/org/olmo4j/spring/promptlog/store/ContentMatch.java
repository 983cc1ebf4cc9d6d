package org.olmo4j.spring.promptlog.store;

import org.olmo4j.spring.promptlog.PromptEntry;

/** Decrypts a text and says whether it is one that is searched for. */
@FunctionalInterface
public interface ContentMatch {

    /**
     * Looks at a text.
     *
     * @param entry with its content and key
     * @return true if it matches; false also if it cannot be decrypted
     */
    boolean test(PromptEntry entry);
}
