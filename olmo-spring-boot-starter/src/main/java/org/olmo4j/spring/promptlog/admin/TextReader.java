package org.olmo4j.spring.promptlog.admin;

import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.olmo4j.spring.promptlog.PromptContent;
import org.olmo4j.spring.promptlog.PromptEntry;
import org.olmo4j.spring.promptlog.document.Documents;
import org.olmo4j.spring.promptlog.encryption.ContentKey;
import org.olmo4j.spring.promptlog.encryption.ContentKeys;
import org.olmo4j.spring.promptlog.encryption.EncryptionException;

/** Decrypts the texts of entries. Thread-safe. */
public final class TextReader {

    private final ContentKeys keys;
    private final Documents documents = new Documents();

    /**
     * Makes a reader.
     *
     * @param keys that open texts
     */
    public TextReader(ContentKeys keys) {
        this.keys = keys;
    }

    /**
     * Decrypts.
     *
     * @param entry with content or without
     * @return what is kept
     * @throws EncryptionException if it cannot be decrypted
     */
    PromptTexts read(PromptEntry entry) {
        PromptContent content = entry.content();
        if (content == null) {
            return PromptTexts.NONE;
        }
        ContentKey key = Objects.requireNonNull(entry.key());
        UUID id = entry.record().id();
        byte[] prompt = content.prompt();
        byte[] answer = content.answer();
        return new PromptTexts(
                prompt == null ? null : documents.prompt(keys.decrypt(key, id, PromptContent.PROMPT, prompt)),
                answer == null ? null : documents.answer(keys.decrypt(key, id, PromptContent.ANSWER, answer)));
    }

    /** The same; empty where it cannot be decrypted, so that one broken text does not hide the others. */
    Optional<PromptTexts> readable(PromptEntry entry) {
        try {
            return Optional.of(read(entry));
        } catch (EncryptionException unreadable) {
            return Optional.empty();
        }
    }
}
