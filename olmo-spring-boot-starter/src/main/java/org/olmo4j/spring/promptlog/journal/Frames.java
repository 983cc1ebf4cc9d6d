package org.olmo4j.spring.promptlog.journal;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * How records lie in a segment: marker, length, CRC-32C of length and content, content. By the marker a reader finds the next record behind a
 * damaged one, whose length cannot be trusted. Each segment has a random marker of its own, so that no prompt can hold what looks like a record, nor
 * make a reader check one at every byte.
 *
 * @param marker of this segment
 */
record Frames(long marker) {

    static final int HEADER_BYTES = Long.BYTES + Integer.BYTES + Integer.BYTES;

    /**
     * What is in a segment.
     *
     * @param offsets where intact records begin, in order
     * @param lengths of these with their headers
     * @param damagedBytes outside of them
     * @param tornBytes of an incomplete record at the end
     */
    record Scan(int[] offsets, int[] lengths, int damagedBytes, int tornBytes) {}

    void write(byte[] content, ByteBuffer target) {
        target.putLong(marker).putInt(content.length).putInt(checksum(content)).put(content);
    }

    Scan scan(ByteBuffer segment) {
        int[] offsets = new int[16];
        int[] lengths = new int[16];
        int records = 0;
        int damagedBytes = 0;
        int end = 0;
        int at = 0;
        while (at <= segment.limit() - HEADER_BYTES) {
            byte[] content = read(segment, at);
            if (content == null) {
                at++;
                continue;
            }
            damagedBytes += at - end;
            if (records == offsets.length) {
                offsets = Arrays.copyOf(offsets, 2 * records);
                lengths = Arrays.copyOf(lengths, 2 * records);
            }
            offsets[records] = at;
            lengths[records] = HEADER_BYTES + content.length;
            at += lengths[records++];
            end = at;
        }
        int rest = segment.limit() - end;
        boolean torn = isTorn(segment, end);
        return new Scan(
                Arrays.copyOf(offsets, records),
                Arrays.copyOf(lengths, records),
                damagedBytes + (torn ? 0 : rest),
                torn ? rest : 0);
    }

    /** The content of the record that begins there; null if none does, or not an intact one. */
    byte @Nullable [] read(ByteBuffer segment, int at) {
        if (at > segment.limit() - HEADER_BYTES || segment.getLong(at) != marker) {
            return null;
        }
        int length = segment.getInt(at + Long.BYTES);
        if (length < 0 || length > segment.limit() - at - HEADER_BYTES) {
            return null;
        }
        byte[] content = new byte[length];
        segment.get(at + HEADER_BYTES, content);
        return checksum(content) == segment.getInt(at + Long.BYTES + Integer.BYTES) ? content : null;
    }

    /** Whether the rest is the beginning of a record, or the zeros that some file systems show where data did not get before a crash. */
    private boolean isTorn(ByteBuffer segment, int at) {
        int rest = segment.limit() - at;
        if (rest < Long.BYTES) {
            return true;
        }
        if (segment.getLong(at) == marker) {
            return rest < HEADER_BYTES || segment.getInt(at + Long.BYTES) > rest - HEADER_BYTES;
        }
        for (int i = at; i < segment.limit(); i++) {
            if (segment.get(i) != 0) {
                return false;
            }
        }
        return true;
    }

    private static int checksum(byte[] content) {
        CRC32C crc = new CRC32C();
        crc.update(ByteBuffer.allocate(Integer.BYTES).putInt(0, content.length));
        crc.update(content);
        return (int) crc.getValue();
    }
}
