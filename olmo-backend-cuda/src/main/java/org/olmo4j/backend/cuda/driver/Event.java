package org.olmo4j.backend.cuda.driver;

/** A place in a stream that can be waited for. Used on its context's thread. */
public final class Event implements AutoCloseable {

    /** Without a time stamp, which would cost a little. */
    private static final int DISABLE_TIMING = 2;

    private final DeviceContext context;
    private final long handle;

    private Event(DeviceContext context, long handle) {
        this.context = context;
        this.handle = handle;
    }

    /**
     * Makes an event that counts as reached until it is recorded.
     *
     * @param context of the GPU
     * @return the event
     */
    public static Event create(DeviceContext context) {
        return new Event(context, context.driver().eventCreate(DISABLE_TIMING));
    }

    /**
     * Puts it behind all that was queued so far.
     *
     * @param stream whose work is to be waited for
     */
    public void record(Stream stream) {
        context.driver().eventRecord(handle, stream.handle());
    }

    /** Waits until the stream has come to where it was recorded last. */
    public void synchronize() {
        context.driver().eventSynchronize(handle);
    }

    @Override
    public void close() {
        if (context.driver().stickyFailure().isEmpty()) {
            context.driver().eventDestroy(handle);
        }
    }
}
