package org.olmo4j.spring.promptlog.store;

import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.olmo4j.spring.promptlog.PromptContent;

/** The text of a record in the database, encrypted. */
@Entity
@Table(name = "olmo_prompt_content")
class ContentRow {

    @Id
    private UUID id;

    @SuppressWarnings("UnusedVariable") // Retention looks for it in the table.
    private Instant received;

    private byte @Nullable [] prompt;
    private byte @Nullable [] answer;
    private UUID keyId;

    @SuppressWarnings("NullAway.Init") // JPA makes it and fills it in.
    protected ContentRow() {}

    @SuppressWarnings("NullAway.Init") // The method sets the key.
    ContentRow(UUID id, Instant received, PromptContent content) {
        this.id = id;
        this.received = received;
        set(content);
    }

    final void set(PromptContent content) {
        prompt = content.prompt();
        answer = content.answer();
        keyId = content.keyId();
    }

    PromptContent toContent() {
        return new PromptContent(prompt, answer, keyId);
    }

    UUID id() {
        return id;
    }
}
