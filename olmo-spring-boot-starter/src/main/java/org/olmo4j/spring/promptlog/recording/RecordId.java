package org.olmo4j.spring.promptlog.recording;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.UUID;
import org.olmo4j.engine.GenerationId;

/** Names records: the same generation always has the same name, from its admission to its end and in every repetition. */
final class RecordId {

    private static final long VERSION_7 = 0x7000L;
    private static final long RANDOM_A = 0x0FFFL;
    private static final long VARIANT = 0x8000_0000_0000_0000L;
    private static final long RANDOM_B = 0x3FFF_FFFF_FFFF_FFFFL;

    private RecordId() {}

    /**
     * The UUID in an id of our engines. An application's own engine may name its generations as it likes, and the same again in another process: then the
     * random bits of version 7 (RFC 9562, 5.7) are those of a SHA-256 of the id and the time.
     *
     * @param generationId of any form
     * @param received when it was submitted, as the engine tells it at admission and at the end
     */
    static UUID of(String generationId, Instant received) {
        try {
            return GenerationId.uuid(generationId);
        } catch (IllegalArgumentException otherForm) {
            Instant time = received.truncatedTo(ChronoUnit.MICROS);
            ByteBuffer bits = ByteBuffer.wrap(sha256(time + " " + generationId));
            return new UUID(
                    (time.toEpochMilli() << 16) | VERSION_7 | (bits.getLong() & RANDOM_A),
                    VARIANT | (bits.getLong() & RANDOM_B));
        }
    }

    private static byte[] sha256(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java platform has SHA-256 (java.security.MessageDigest)", e);
        }
    }
}
