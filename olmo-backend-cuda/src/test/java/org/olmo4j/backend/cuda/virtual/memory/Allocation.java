package org.olmo4j.backend.cuda.virtual.memory;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;

/**
 * A run of bytes at consecutive addresses, with a note for each byte: whether it was ever written, and whether it may be touched at all.
 *
 * <p>The content may be read and written by several threads, as that of a GPU may. The note of a byte is a byte of its own, so that threads that write
 * neighbouring bytes do not disturb each other's.
 */
public final class Allocation {

    /** Of bytes that were never written. */
    static final byte UNWRITTEN = 0;

    /** Of bytes that were written. */
    static final byte WRITTEN = 1;

    /** Of bytes between variables, which nobody may touch. */
    static final byte FORBIDDEN = 2;

    /** What unwritten memory reads as: as floating-point numbers these bits are NaN, and as indexes far off. */
    static final byte UNWRITTEN_CONTENT = (byte) 0xFF;

    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED;
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;

    private final String name;
    private final long base;
    private final long bytes;
    private final MemorySegment content;
    private final @Nullable MemorySegment notes;
    private volatile boolean live = true;

    /**
     * @param name for messages
     * @param base its first address
     * @param content native memory
     * @param notes as long as the content; null if the host writes it too, so that nothing is known about it
     */
    public Allocation(String name, long base, MemorySegment content, @Nullable MemorySegment notes) {
        this.name = name;
        this.base = base;
        this.bytes = content.byteSize();
        this.content = content;
        this.notes = notes;
    }

    public String name() {
        return name;
    }

    public long base() {
        return base;
    }

    public long bytes() {
        return bytes;
    }

    public boolean isLive() {
        return live;
    }

    void free() {
        live = false;
    }

    /** The bytes themselves, for copies; {@link #markWritten} goes with a copy to them. */
    public MemorySegment content() {
        return content;
    }

    /** Whether that many bytes from an offset lie within. */
    public boolean contains(long offset, long count) {
        return offset >= 0 && offset <= bytes - count;
    }

    /**
     * Reads a number of 1, 2, 4 or 8 bytes.
     *
     * @return the bits, with zeros above
     */
    public long read(long offset, int width) {
        return switch (width) {
            case 1 -> content.get(ValueLayout.JAVA_BYTE, offset) & 0xFFL;
            case 2 -> content.get(SHORT, offset) & 0xFFFFL;
            case 4 -> content.get(INT, offset) & 0xFFFF_FFFFL;
            default -> content.get(LONG, offset);
        };
    }

    /** Writes the lowest 1, 2, 4 or 8 bytes of a number, and notes it. */
    public void write(long offset, int width, long bits) {
        switch (width) {
            case 1 -> content.set(ValueLayout.JAVA_BYTE, offset, (byte) bits);
            case 2 -> content.set(SHORT, offset, (short) bits);
            case 4 -> content.set(INT, offset, (int) bits);
            default -> content.set(LONG, offset, bits);
        }
        MemorySegment notes = this.notes;
        if (notes != null) {
            switch (width) {
                case 1 -> notes.set(ValueLayout.JAVA_BYTE, offset, WRITTEN);
                case 2 -> notes.set(SHORT, offset, (short) 0x0101);
                case 4 -> notes.set(INT, offset, 0x0101_0101);
                default -> notes.set(LONG, offset, 0x0101_0101_0101_0101L);
            }
        }
    }

    /** Whether each of 1, 2, 4 or 8 bytes was written, and none is forbidden. */
    public boolean isWritten(long offset, int width) {
        MemorySegment notes = this.notes;
        if (notes == null) {
            return true;
        }
        return switch (width) {
            case 1 -> notes.get(ValueLayout.JAVA_BYTE, offset) == WRITTEN;
            case 2 -> notes.get(SHORT, offset) == 0x0101;
            case 4 -> notes.get(INT, offset) == 0x0101_0101;
            default -> notes.get(LONG, offset) == 0x0101_0101_0101_0101L;
        };
    }

    /** Whether one of 1, 2, 4 or 8 bytes must not be touched. */
    public boolean isForbidden(long offset, int width) {
        MemorySegment notes = this.notes;
        if (notes == null) {
            return false;
        }
        long found = switch (width) {
            case 1 -> notes.get(ValueLayout.JAVA_BYTE, offset);
            case 2 -> notes.get(SHORT, offset);
            case 4 -> notes.get(INT, offset);
            default -> notes.get(LONG, offset);
        };
        return (found & 0x0202_0202_0202_0202L) != 0;
    }

    public void markWritten(long offset, long count) {
        mark(offset, count, WRITTEN);
    }

    public void markUnwritten(long offset, long count) {
        mark(offset, count, UNWRITTEN);
    }

    public void markForbidden(long offset, long count) {
        mark(offset, count, FORBIDDEN);
    }

    private void mark(long offset, long count, byte note) {
        if (notes != null) {
            notes.asSlice(offset, count).fill(note);
        }
    }

    /** Copies bytes and what is noted about them. */
    public void copyFrom(long offset, Allocation source, long sourceOffset, long count) {
        MemorySegment.copy(source.content, sourceOffset, content, offset, count);
        MemorySegment own = notes;
        MemorySegment theirs = source.notes;
        if (own == null) {
            return;
        }
        if (theirs == null) {
            markWritten(offset, count);
        } else {
            MemorySegment.copy(theirs, sourceOffset, own, offset, count);
        }
    }

    /** Makes bytes as if they had never been written. */
    public void forget(long offset, long count) {
        content.asSlice(offset, count).fill(UNWRITTEN_CONTENT);
        markUnwritten(offset, count);
    }

    @Override
    public String toString() {
        return "%s [0x%x, 0x%x), %d bytes%s".formatted(name, base, base + bytes, bytes, live ? "" : ", freed");
    }
}
