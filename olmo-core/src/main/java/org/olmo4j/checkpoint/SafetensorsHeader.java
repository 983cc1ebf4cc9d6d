package org.olmo4j.checkpoint;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;
import java.util.Map;
import org.olmo4j.error.ModelFormatException;

/**
 * The header of a safetensors file, read as a stream: nothing is allocated for what it claims, only for what it contains. Stricter than the
 * format's official parser, which lets duplicate names, leading white space, unknown fields and absurd shapes of empty tensors pass.
 *
 * @param tensors by name, in the order of their data
 * @param dataOffset where the data starts in the file
 * @param dataBytes size of all tensors together; the file ends there
 */
record SafetensorsHeader(Map<String, Entry> tensors, long dataOffset, long dataBytes) {

    /** The official parser's bound. */
    static final int MAX_BYTES = 100_000_000;
    /** Over this, a header may make up a quarter of its file at most. */
    static final int FREE_BYTES = 64 * 1024;

    static final int MAX_TENSORS = 100_000;
    static final int MAX_RANK = 8;
    static final int MAX_NAME = 512;
    /** Characters of one value of the metadata. */
    static final int MAX_METADATA = 1 << 22;

    /** How the text begins that a clone without Git LFS has in place of large files. */
    private static final String LFS_POINTER = "version ";

    static final String HINT = "Download the file again, or write it with the safetensors library";

    /**
     * One tensor.
     *
     * @param type element type
     * @param shape its dimensions, each at least 0
     * @param begin first byte, from the start of the data
     * @param end byte after the last, from the start of the data
     */
    record Entry(TensorType type, List<Integer> shape, long begin, long end) {}

    /**
     * Reads and checks a header.
     *
     * @param input at the start of the file; afterwards at the start of the data
     * @param file what to call it in messages
     * @param digest fed with the header's bytes
     * @param fileBytes size of the file, or -1 if unknown: then the caller checks that the data ends where the header says
     * @throws IOException if the input cannot be read
     * @throws ModelFormatException if the header breaks a rule
     */
    static SafetensorsHeader read(InputStream input, String file, MessageDigest digest, long fileBytes)
            throws IOException {
        byte[] prefix = input.readNBytes(Long.BYTES);
        if (prefix.length < Long.BYTES) {
            throw new ModelFormatException(file + " is no safetensors file: it has " + prefix.length + " bytes", HINT);
        }
        if (new String(prefix, StandardCharsets.US_ASCII).equals(LFS_POINTER)) {
            throw new ModelFormatException(
                    file + " is a pointer of Git LFS, not the weights themselves",
                    "Run 'git lfs pull' in the folder of the model");
        }
        digest.update(prefix);
        long length = ByteBuffer.wrap(prefix).order(ByteOrder.LITTLE_ENDIAN).getLong();
        if (length < 2 || length > MAX_BYTES) {
            throw new ModelFormatException(
                    file + ": the header's length is " + Long.toUnsignedString(length) + " bytes, allowed are 2 to "
                            + MAX_BYTES,
                    HINT);
        }
        if (fileBytes >= 0 && length > fileBytes - Long.BYTES) {
            throw new ModelFormatException(
                    file + " is cut off: its header has " + length + " bytes, but the file only " + fileBytes, HINT);
        }
        if (fileBytes >= 0) {
            requireProportion(file, length, fileBytes);
        }
        Bounded header = new Bounded(input, length, digest);
        SafetensorsHeader result;
        try {
            result = new SafetensorsHeaderParser(file).parse(header, Long.BYTES + length);
        } catch (CharacterCodingException malformed) {
            throw new ModelFormatException(file + ": the header is not UTF-8 text", HINT, malformed);
        }
        if (header.remaining != 0) {
            throw new ModelFormatException(file + " is cut off within its header of " + length + " bytes", HINT);
        }
        result.checkSize(file, length, fileBytes);
        return result;
    }

    private void checkSize(String file, long length, long fileBytes) {
        long expected = dataOffset + dataBytes;
        if (fileBytes >= 0 && fileBytes != expected) {
            throw new ModelFormatException(
                    file + (fileBytes < expected ? " is cut off: " : " has bytes after the last tensor: ")
                            + "its header describes " + expected + " bytes, but it has " + fileBytes,
                    HINT);
        }
        requireProportion(file, length, expected);
    }

    private static void requireProportion(String file, long length, long fileBytes) {
        if (length > FREE_BYTES && length > fileBytes / 4) {
            throw new ModelFormatException(
                    file + ": the header's length of " + length + " bytes is more than a quarter of the file's "
                            + fileBytes,
                    HINT);
        }
    }

    /** The header's bytes and no more, also given to the digest. */
    private static final class Bounded extends FilterInputStream {

        private final MessageDigest digest;
        private long remaining;

        Bounded(InputStream input, long length, MessageDigest digest) {
            super(input);
            this.digest = digest;
            this.remaining = length;
        }

        @Override
        public int read() throws IOException {
            byte[] single = new byte[1];
            return read(single, 0, 1) < 0 ? -1 : single[0] & 0xff;
        }

        @Override
        public int read(byte[] target, int offset, int count) throws IOException {
            if (remaining == 0) {
                return -1;
            }
            int read = in.read(target, offset, (int) Math.min(count, remaining));
            if (read > 0) {
                remaining -= read;
                digest.update(target, offset, read);
            }
            return read;
        }

        @Override
        public void close() {
            // The data follows: the file stays open.
        }
    }
}
