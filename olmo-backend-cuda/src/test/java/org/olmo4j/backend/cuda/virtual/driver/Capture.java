package org.olmo4j.backend.cuda.virtual.driver;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** The work of one or more streams that is being gathered for a graph. */
final class Capture {

    /** How much the calls that would break a capture are watched. */
    enum Mode {
        GLOBAL,
        THREAD_LOCAL,
        RELAXED;

        /** By the number of {@code CUstreamCaptureMode}. */
        static Mode of(int number) {
            return switch (number) {
                case 0 -> GLOBAL;
                case 1 -> THREAD_LOCAL;
                case 2 -> RELAXED;
                default ->
                    throw new DriverFailure(CudaResult.CUDA_ERROR_INVALID_VALUE, "there is no capture mode " + number);
            };
        }
    }

    private final Stream origin;
    private final Mode mode;
    private final Thread thread = Thread.currentThread();
    private final Set<Stream> streams = new LinkedHashSet<>();

    /** Streams that have work which the origin does not wait for yet. */
    private final Set<Stream> unjoined = new LinkedHashSet<>();

    private final List<Work> work = new ArrayList<>();
    private boolean invalid;

    Capture(Stream origin, Mode mode) {
        this.origin = origin;
        this.mode = mode;
        join(origin);
    }

    Stream origin() {
        return origin;
    }

    Thread thread() {
        return thread;
    }

    /** Whether a call that must not be made while capturing hurts this capture. */
    boolean forbids(Thread caller) {
        return switch (mode) {
            case GLOBAL -> true;
            case THREAD_LOCAL -> caller == thread;
            case RELAXED -> false;
        };
    }

    Mode mode() {
        return mode;
    }

    /** Makes a stream's work part of the graph. */
    void join(Stream stream) {
        streams.add(stream);
        stream.capture(this);
        if (stream != origin) {
            unjoined.add(stream);
        }
    }

    /** One stream waits for another from now on. */
    void waits(Stream waiting, Stream awaited) {
        if (waiting == origin) {
            unjoined.remove(awaited);
        }
    }

    boolean isJoined() {
        return unjoined.isEmpty();
    }

    void add(Work captured) {
        work.add(captured);
    }

    void invalidate() {
        invalid = true;
    }

    boolean isInvalid() {
        return invalid;
    }

    /** Ends it: the streams queue their work again. */
    List<Work> end() {
        streams.forEach(stream -> stream.capture(null));
        return List.copyOf(work);
    }
}
