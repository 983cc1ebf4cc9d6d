package org.olmo4j.spring.promptlog;

import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.olmo4j.spring.promptlog.encryption.ContentKey;

/**
 * All of a generation: the record, and its text with the key that opens it, if text is kept. The key comes with each entry, so that none waits
 * for another to bring it.
 *
 * @param record all but the text
 * @param content the text, encrypted; null if none is kept
 * @param key that opens it; null exactly if there is no content
 */
public record PromptEntry(
        PromptRecord record,
        @Nullable PromptContent content,
        @Nullable ContentKey key) {

    /** Checks that a content and its key come together. */
    public PromptEntry {
        UUID needed = content == null ? null : content.keyId();
        UUID given = key == null ? null : key.id();
        if (needed == null ? given != null : !needed.equals(given)) {
            throw new IllegalArgumentException(
                    "Record " + record.id() + ": its content needs key " + needed + ", and comes with key " + given);
        }
        if ((content != null) != record.contentState().isKept()) {
            throw new IllegalArgumentException("Record " + record.id() + ": content state is " + record.contentState()
                    + (content == null ? " without" : " with") + " content");
        }
    }

    /**
     * Of a record without text.
     *
     * @param record all of it
     * @return the entry
     */
    public static PromptEntry of(PromptRecord record) {
        return new PromptEntry(record, null, null);
    }

    /**
     * The same without its text.
     *
     * @param why what became of the text; if there is none, its state stays as it is
     * @return without content and key
     */
    public PromptEntry withoutContent(ContentState why) {
        return content == null ? this : of(record.withContentState(why));
    }

    /**
     * What may be kept of it after its user was erased.
     *
     * @return the anonymous record alone
     */
    public PromptEntry anonymous() {
        return of(record.anonymous());
    }

    /**
     * Bytes of its text.
     *
     * @return 0 if there is none
     */
    public int contentBytes() {
        return content == null ? 0 : content.bytes();
    }
}
