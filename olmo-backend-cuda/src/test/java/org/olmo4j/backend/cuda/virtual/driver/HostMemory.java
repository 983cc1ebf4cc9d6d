package org.olmo4j.backend.cuda.virtual.driver;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;

/** Reads and writes what the pointers point to that native functions get. */
@SuppressWarnings("restricted") // A native function has nothing but pointers.
final class HostMemory {

    private HostMemory() {}

    private static MemorySegment at(MemorySegment pointer, long bytes) {
        if (pointer.address() == 0) {
            throw new DriverFailure(CudaResult.CUDA_ERROR_INVALID_VALUE, "a pointer is null");
        }
        return pointer.reinterpret(bytes);
    }

    static MemorySegment bytes(MemorySegment pointer, long bytes) {
        return at(pointer, bytes);
    }

    static void setInt(MemorySegment pointer, int value) {
        at(pointer, Integer.BYTES).set(ValueLayout.JAVA_INT_UNALIGNED, 0, value);
    }

    static void setLong(MemorySegment pointer, long value) {
        at(pointer, Long.BYTES).set(ValueLayout.JAVA_LONG_UNALIGNED, 0, value);
    }

    static void setLongAt(MemorySegment pointer, long index, long value) {
        at(pointer, (index + 1) * Long.BYTES).setAtIndex(ValueLayout.JAVA_LONG_UNALIGNED, index, value);
    }

    static void setFloat(MemorySegment pointer, float value) {
        at(pointer, Float.BYTES).set(ValueLayout.JAVA_FLOAT_UNALIGNED, 0, value);
    }

    static int intAt(MemorySegment pointer, long index) {
        return at(pointer, (index + 1) * Integer.BYTES).getAtIndex(ValueLayout.JAVA_INT_UNALIGNED, index);
    }

    static long longAt(MemorySegment pointer, long index) {
        return at(pointer, (index + 1) * Long.BYTES).getAtIndex(ValueLayout.JAVA_LONG_UNALIGNED, index);
    }

    static MemorySegment pointerAt(MemorySegment pointer, long index) {
        return MemorySegment.ofAddress(longAt(pointer, index));
    }

    static String text(MemorySegment pointer) {
        return at(pointer, Long.MAX_VALUE).getString(0);
    }

    /** Writes a text that ends in NUL, cut to the room there is; returns the bytes written. */
    static int setText(MemorySegment pointer, String text, int room) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        int length = Math.min(bytes.length, room - 1);
        MemorySegment target = at(pointer, room);
        MemorySegment.copy(bytes, 0, target, ValueLayout.JAVA_BYTE, 0, length);
        target.set(ValueLayout.JAVA_BYTE, length, (byte) 0);
        return length + 1;
    }
}
