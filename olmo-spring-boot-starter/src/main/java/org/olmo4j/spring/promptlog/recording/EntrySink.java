package org.olmo4j.spring.promptlog.recording;

import java.util.concurrent.CompletionStage;
import org.olmo4j.spring.promptlog.PromptEntry;

/** Where entries go. */
@FunctionalInterface
public interface EntrySink {

    /**
     * Takes an entry. Returns at once.
     *
     * @param entry any
     * @return completes when it cannot be lost any more, or never will be kept
     */
    CompletionStage<?> record(PromptEntry entry);
}
