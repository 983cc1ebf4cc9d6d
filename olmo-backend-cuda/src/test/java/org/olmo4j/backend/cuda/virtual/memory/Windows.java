package org.olmo4j.backend.cuda.virtual.memory;

/**
 * How the 64-bit addresses of a virtual GPU are divided. None of them is an address of the host: on x86-64 they are not even canonical, so that host code
 * that follows a device pointer ends at once.
 */
public final class Windows {

    /** The first address of global memory. */
    public static final long GLOBAL = 0x00DE_0000_0000_0000L;

    /** Where the shared memory of the own block lies in the generic addresses. */
    public static final long SHARED = 0x005A_0000_0000_0000L;

    /** Where the local memory of the own thread lies in the generic addresses. */
    public static final long LOCAL = 0x0010_0000_0000_0000L;

    /** Where the parameters of the kernel lie in the generic addresses. */
    public static final long PARAMETERS = 0x00BA_0000_0000_0000L;

    private static final int WINDOW_BITS = 48;

    private Windows() {}

    /** Whether a generic address lies in the window that begins at {@code window}. */
    public static boolean contains(long window, long address) {
        return address >>> WINDOW_BITS == window >>> WINDOW_BITS;
    }
}
