package org.olmo4j.spring.promptlog;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.olmo4j.spring.promptlog.encryption.ContentKey;
import org.olmo4j.spring.promptlog.encryption.ContentKeys;
import org.olmo4j.spring.promptlog.encryption.EncryptionException;
import tools.jackson.databind.json.JsonMapper;

/** Entries as JSON Lines in UTF-8: one object in each line, the record with its texts decrypted. Thread-safe. */
public final class PromptJsonLines {

    /** For {@link ContentKeys}: the field of a prompt. */
    public static final String PROMPT = "prompt";

    /** For {@link ContentKeys}: the field of an answer. */
    public static final String ANSWER = "answer";

    private final ContentKeys keys;
    private final JsonMapper json = JsonMapper.builder().build();

    /**
     * Decrypts with these keys.
     *
     * @param keys by which the texts were encrypted, as fields {@link #PROMPT} and {@link #ANSWER} of their record
     */
    public PromptJsonLines(ContentKeys keys) {
        this.keys = keys;
    }

    /**
     * A line.
     *
     * @param record all but the text
     * @param prompt null if none is kept, or it cannot be decrypted
     * @param answer likewise
     * @param unreadable why a text that is kept cannot be decrypted; null if it can
     */
    private record Line(
            @JsonUnwrapped PromptRecord record,
            @Nullable String prompt,
            @Nullable String answer,
            @Nullable String unreadable) {}

    /**
     * Writes a line. A text that cannot be decrypted is left out, and the line says why.
     *
     * @param entry any
     * @param target not closed, not flushed
     * @throws IOException if the target fails
     */
    public void write(PromptEntry entry, OutputStream target) throws IOException {
        target.write(json.writeValueAsBytes(line(entry)));
        target.write('\n');
    }

    private Line line(PromptEntry entry) {
        PromptContent content = entry.content();
        ContentKey key = entry.key();
        if (content == null || key == null) {
            return new Line(entry.record(), null, null, null);
        }
        try {
            return new Line(
                    entry.record(),
                    decrypted(entry, key, PROMPT, content.prompt()),
                    decrypted(entry, key, ANSWER, content.answer()),
                    null);
        } catch (EncryptionException failure) {
            return new Line(entry.record(), null, null, failure.getMessage());
        }
    }

    private @Nullable String decrypted(PromptEntry entry, ContentKey key, String field, byte @Nullable [] encrypted) {
        return encrypted == null
                ? null
                : new String(keys.decrypt(key, entry.record().id(), field, encrypted), StandardCharsets.UTF_8);
    }
}
