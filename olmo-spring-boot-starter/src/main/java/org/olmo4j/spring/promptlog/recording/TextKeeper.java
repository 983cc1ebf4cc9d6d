package org.olmo4j.spring.promptlog.recording;

import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.olmo4j.engine.GenerationRequest;
import org.olmo4j.engine.GenerationResult;
import org.olmo4j.engine.Origin.TextRetention;
import org.olmo4j.engine.Prompt;
import org.olmo4j.spring.promptlog.ContentState;
import org.olmo4j.spring.promptlog.PromptContent;
import org.olmo4j.spring.promptlog.PromptEntry;
import org.olmo4j.spring.promptlog.PromptRecord;
import org.olmo4j.spring.promptlog.document.AnswerDocument;
import org.olmo4j.spring.promptlog.document.Documents;
import org.olmo4j.spring.promptlog.document.PromptDocument;
import org.olmo4j.spring.promptlog.encryption.ContentKeys;
import org.olmo4j.spring.promptlog.encryption.EncryptedContent;
import org.olmo4j.spring.promptlog.redaction.GuardedRedaction;
import org.olmo4j.spring.promptlog.redaction.Redacted;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Adds the texts of prompt and answer to a record, as far as they are kept: redacted if they are to be, and encrypted always. Thread-safe. */
public final class TextKeeper {

    private static final Logger LOG = LoggerFactory.getLogger(TextKeeper.class);

    private final TextRetention most;
    private final GuardedRedaction redaction;
    private final ContentKeys keys;
    private final Documents documents = new Documents();

    /**
     * Makes a keeper.
     *
     * @param most is kept, whatever a request lets be kept
     * @param redaction of texts that are kept redacted
     * @param keys that texts are encrypted with
     */
    public TextKeeper(TextRetention most, GuardedRedaction redaction, ContentKeys keys) {
        this.most = most;
        this.redaction = redaction;
        this.keys = keys;
    }

    PromptEntry entry(PromptRecord record, GenerationRequest request, GenerationResult result) {
        TextRetention asked = request.origin().retention();
        TextRetention kept = asked.compareTo(most) < 0 ? asked : most;
        return switch (kept) {
            case NONE -> PromptEntry.of(record);
            case REDACTED -> redacted(record, request, result);
            case FULL -> encrypted(record.withContentState(ContentState.FULL), prompt(request, result), answer(result));
        };
    }

    private PromptEntry redacted(PromptRecord record, GenerationRequest request, GenerationResult result) {
        try {
            return encrypted(
                    record.withContentState(ContentState.REDACTED),
                    // Token ids are text that no redactor can read.
                    request.prompt() instanceof Prompt.Tokens
                            ? null
                            : prompt(request, result).mapped(this::redacted),
                    answer(result).mapped(this::redacted));
        } catch (WithheldException withheld) {
            LOG.warn("Record {} has no text: {}", record.id(), withheld.getMessage());
            return PromptEntry.of(record.withContentState(ContentState.REDACTION_FAILED));
        }
    }

    private static PromptDocument prompt(GenerationRequest request, GenerationResult result) {
        return PromptDocument.of(request, result.replayKey());
    }

    private static AnswerDocument answer(GenerationResult result) {
        return new AnswerDocument(result.text(), result.tokenIds());
    }

    private String redacted(String text) {
        return switch (redaction.redact(text)) {
            case Redacted.Text safe -> safe.text();
            case Redacted.Withheld withheld -> throw new WithheldException(withheld.reason());
        };
    }

    private PromptEntry encrypted(PromptRecord record, @Nullable PromptDocument prompt, AnswerDocument answer) {
        UUID id = record.id();
        String user = record.caller().userKey();
        EncryptedContent answered = keys.encrypt(user, id, PromptContent.ANSWER, documents.write(answer));
        if (prompt == null) {
            return entry(record, null, answered);
        }
        EncryptedContent asked = keys.encrypt(user, id, PromptContent.PROMPT, documents.write(prompt));
        // The user's key may have been changed in between, and one key opens both.
        return asked.key().equals(answered.key())
                ? entry(record, asked.bytes(), answered)
                : encrypted(record, prompt, answer);
    }

    private static PromptEntry entry(PromptRecord record, byte @Nullable [] prompt, EncryptedContent answer) {
        return new PromptEntry(
                record, new PromptContent(prompt, answer.bytes(), answer.key().id()), answer.key());
    }

    private static final class WithheldException extends RuntimeException {

        private static final long serialVersionUID = 1;

        WithheldException(String reason) {
            super(reason, null, false, false);
        }
    }
}
