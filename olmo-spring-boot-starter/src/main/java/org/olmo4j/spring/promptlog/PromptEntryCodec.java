package org.olmo4j.spring.promptlog;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import org.olmo4j.spring.promptlog.encryption.ContentKey;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * Entries as bytes: a byte with the version, then record and key as JSON, prompt and answer as they are, each with its length before it (32 bits,
 * big-endian; -1 if there is none). Fields that a later version adds are passed over; a version that is not known is an error. Thread-safe.
 */
public final class PromptEntryCodec {

    private static final byte VERSION = 1;
    private static final int ABSENT = -1;

    private final JsonMapper json = JsonMapper.builder(JsonFactory.builder()
                    // The options of a request may be as long as they like.
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxStringLength(Integer.MAX_VALUE)
                            .build())
                    .build())
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();

    /**
     * What of an entry is JSON.
     *
     * @param record all but the text
     * @param key that opens the text; null if there is none
     */
    private record Head(PromptRecord record, @Nullable ContentKey key) {}

    /**
     * Writes an entry.
     *
     * @param entry any
     * @return for {@link #decode}
     */
    public byte[] encode(PromptEntry entry) {
        byte[] head = json.writeValueAsBytes(new Head(entry.record(), entry.key()));
        PromptContent content = entry.content();
        byte[] prompt = content == null ? null : content.prompt();
        byte[] answer = content == null ? null : content.answer();
        ByteBuffer bytes = ByteBuffer.allocate(1 + sized(head) + sized(prompt) + sized(answer));
        bytes.put(VERSION);
        put(bytes, head);
        put(bytes, prompt);
        put(bytes, answer);
        return bytes.array();
    }

    private static int sized(byte @Nullable [] part) {
        return Integer.BYTES + (part == null ? 0 : part.length);
    }

    private static void put(ByteBuffer bytes, byte @Nullable [] part) {
        if (part == null) {
            bytes.putInt(ABSENT);
        } else {
            bytes.putInt(part.length).put(part);
        }
    }

    /**
     * Reads an entry.
     *
     * @param encoded by this version, or by a later one that only added fields
     * @return the entry
     * @throws EntryFormatException if it is none
     */
    public PromptEntry decode(byte[] encoded) {
        ByteBuffer bytes = ByteBuffer.wrap(encoded);
        try {
            byte version = bytes.get();
            if (version != VERSION) {
                throw new EntryFormatException(
                        "A prompt log entry of " + encoded.length + " bytes has version " + version
                                + "; this library knows version " + VERSION
                                + ". A later release wrote it: read it with that one",
                        null);
            }
            byte[] head = get(bytes);
            if (head == null) {
                throw new EntryFormatException("A prompt log entry has no record", null);
            }
            Head read = json.readValue(head, Head.class);
            byte[] prompt = get(bytes);
            byte[] answer = get(bytes);
            ContentKey key = read.key();
            return new PromptEntry(
                    read.record(), key == null ? null : new PromptContent(prompt, answer, key.id()), key);
        } catch (BufferUnderflowException | JacksonException | IllegalArgumentException | NullPointerException e) {
            MessageFreeFailure cause = MessageFreeFailure.of(e);
            throw new EntryFormatException(
                    "Bytes are not those of a prompt log entry (" + encoded.length + " bytes): " + cause.outline(),
                    cause);
        }
    }

    private static byte @Nullable [] get(ByteBuffer bytes) {
        int length = bytes.getInt();
        if (length == ABSENT) {
            return null;
        }
        if (length < 0 || length > bytes.remaining()) {
            throw new BufferUnderflowException();
        }
        byte[] part = new byte[length];
        bytes.get(part);
        return part;
    }
}
