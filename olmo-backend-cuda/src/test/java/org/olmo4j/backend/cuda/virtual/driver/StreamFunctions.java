package org.olmo4j.backend.cuda.virtual.driver;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/** Functions of streams and events. */
final class StreamFunctions {

    private static final int NON_BLOCKING = 1;
    private static final int DISABLE_TIMING = 2;
    private static final double NANOS_PER_MILLI = 1e6;

    private final DriverState state;

    StreamFunctions(DriverState state) {
        this.state = state;
    }

    @NativeFunction("cuStreamCreate")
    void streamCreate(MemorySegment stream, int flags) {
        Context context = state.current();
        Stream created = new Stream(context, (flags & NON_BLOCKING) == 0);
        context.streams().add(created);
        HostMemory.setLong(stream, state.streams.add(created));
    }

    @NativeFunction("cuStreamDestroy_v2")
    void streamDestroy(long stream) {
        Stream destroyed = state.streams.get(stream);
        requireNotCapturing(destroyed);
        state.streams.remove(stream);
        // What was queued is done all the same.
        state.finish(destroyed::runAll);
        destroyed.context().streams().remove(destroyed);
    }

    @NativeFunction("cuStreamSynchronize")
    void streamSynchronize(long stream) {
        Stream awaited = state.stream(stream);
        requireNotCapturing(awaited);
        state.finish(awaited::runAll);
    }

    /** Each question lets the device do one more piece of work. */
    @NativeFunction("cuStreamQuery")
    void streamQuery(long stream) {
        Stream asked = state.stream(stream);
        requireNotCapturing(asked);
        boolean wasIdle = asked.isIdle();
        state.finish(asked::runNext);
        if (!wasIdle) {
            throw new DriverFailure(CudaResult.CUDA_ERROR_NOT_READY, "the stream had work");
        }
    }

    private static void requireNotCapturing(Stream stream) {
        Capture capture = stream.capture();
        if (capture != null) {
            capture.invalidate();
            throw new DriverFailure(CudaResult.CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED, "the stream is being captured");
        }
    }

    @NativeFunction("cuStreamWaitEvent")
    void streamWaitEvent(long stream, long event, int flags) {
        Stream waiting = state.stream(stream);
        Event awaited = state.events.get(event);
        Capture capture = awaited.capture();
        if (capture != null) {
            waitInCapture(waiting, awaited, capture);
            return;
        }
        if (waiting.capture() != null) {
            waiting.capture().invalidate();
            throw new DriverFailure(
                    CudaResult.CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED,
                    "a captured stream cannot wait for work that is not captured");
        }
        Marker marker = awaited.marker();
        if (marker != null) {
            waiting.add(marker::await);
        }
    }

    private static void waitInCapture(Stream waiting, Event awaited, Capture capture) {
        if (waiting.capture() == null) {
            capture.join(waiting);
        }
        Stream stream = awaited.capturedStream();
        if (stream != null) {
            capture.waits(waiting, stream);
        }
    }

    @NativeFunction("cuEventCreate")
    void eventCreate(MemorySegment event, int flags) {
        HostMemory.setLong(event, state.events.add(new Event((flags & DISABLE_TIMING) == 0)));
    }

    @NativeFunction("cuEventDestroy_v2")
    void eventDestroy(long event) {
        state.events.remove(event);
    }

    @NativeFunction("cuEventRecord")
    void eventRecord(long event, long stream) {
        state.events.get(event).record(state.stream(stream));
    }

    @NativeFunction("cuEventSynchronize")
    void eventSynchronize(long event) {
        Marker marker = marker(event);
        if (marker != null) {
            state.finish(marker::await);
        }
    }

    /** Each question lets the device do one more piece of work. */
    @NativeFunction("cuEventQuery")
    void eventQuery(long event) {
        Marker marker = marker(event);
        if (marker != null && !marker.isReached()) {
            state.finish(marker.stream()::runNext);
            throw new DriverFailure(CudaResult.CUDA_ERROR_NOT_READY, "the event was not reached");
        }
    }

    private @Nullable Marker marker(long event) {
        Event asked = state.events.get(event);
        Capture capture = asked.capture();
        if (capture != null) {
            capture.invalidate();
            throw new DriverFailure(
                    CudaResult.CUDA_ERROR_CAPTURED_EVENT, "the event was recorded in a captured stream");
        }
        return asked.marker();
    }

    @NativeFunction("cuEventElapsedTime")
    void eventElapsedTime(MemorySegment milliseconds, long start, long end) {
        Marker first = marker(start);
        Marker second = marker(end);
        if (first == null
                || second == null
                || !state.events.get(start).hasTiming()
                || !state.events.get(end).hasTiming()) {
            throw new DriverFailure(
                    CudaResult.CUDA_ERROR_INVALID_HANDLE, "an event was not recorded, or is one without timing");
        }
        if (!first.isReached() || !second.isReached()) {
            throw new DriverFailure(CudaResult.CUDA_ERROR_NOT_READY, "an event was not reached");
        }
        HostMemory.setFloat(milliseconds, (float) ((second.nanos() - first.nanos()) / NANOS_PER_MILLI));
    }
}
