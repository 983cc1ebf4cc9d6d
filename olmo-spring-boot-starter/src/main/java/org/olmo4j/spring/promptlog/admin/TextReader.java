package org.olmo4j.spring.promptlog.admin;

import java.util.Objects;
import java.util.UUID;
import org.olmo4j.spring.promptlog.PromptContent;
import org.olmo4j.spring.promptlog.PromptEntry;
import org.olmo4j.spring.promptlog.document.Documents;
import org.olmo4j.spring.promptlog.encryption.ContentKey;
import org.olmo4j.spring.promptlog.encryption.ContentKeys;
import org.olmo4j.spring.promptlog.encryption.EncryptionException;
import tools.jackson.core.JacksonException;

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
     * Decrypts. One broken text must not hide the others: what cannot be decrypted is said in the answer.
     *
     * @param entry with content or without
     * @return what is kept, or why it cannot be read
     */
    PromptTexts read(PromptEntry entry) {
        PromptContent content = entry.content();
        if (content == null) {
            return PromptTexts.NONE;
        }
        try {
            return read(entry.record().id(), content, Objects.requireNonNull(entry.key()));
        } catch (EncryptionException unreadable) {
            return PromptTexts.unreadable(String.valueOf(unreadable.getMessage()));
        } catch (JacksonException other) {
            return PromptTexts.unreadable("It was decrypted, but is no document that this version knows");
        }
    }

    private PromptTexts read(UUID id, PromptContent content, ContentKey key) {
        byte[] prompt = content.prompt();
        byte[] answer = content.answer();
        return new PromptTexts(
                prompt == null ? null : documents.prompt(keys.decrypt(key, id, PromptContent.PROMPT, prompt)),
                answer == null ? null : documents.answer(keys.decrypt(key, id, PromptContent.ANSWER, answer)),
                null);
    }
}
