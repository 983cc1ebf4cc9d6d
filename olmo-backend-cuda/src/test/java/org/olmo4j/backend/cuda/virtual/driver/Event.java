package org.olmo4j.backend.cuda.virtual.driver;

import org.jspecify.annotations.Nullable;

/** Something that is recorded in a stream, and can be waited for. */
final class Event {

    private final boolean timing;
    private @Nullable Marker marker;
    private @Nullable Capture capture;
    private @Nullable Stream capturedStream;

    Event(boolean timing) {
        this.timing = timing;
    }

    boolean hasTiming() {
        return timing;
    }

    void record(Stream stream) {
        Capture into = stream.capture();
        capture = into;
        if (into != null) {
            capturedStream = stream;
            return;
        }
        Marker recorded = new Marker(stream);
        marker = recorded;
        stream.add(recorded);
    }

    /** The capture that it was recorded in last; null if it was recorded in a stream that was not captured. */
    @Nullable
    Capture capture() {
        return capture;
    }

    @Nullable
    Stream capturedStream() {
        return capturedStream;
    }

    /** Where it was recorded last; null if it never was. */
    @Nullable
    Marker marker() {
        return marker;
    }
}
