package org.olmo4j.backend.cuda.virtual.driver;

/** A place in a stream's queue that others can wait for. */
final class Marker implements Work {

    private final Stream stream;
    private boolean reached;
    private long nanos;

    Marker(Stream stream) {
        this.stream = stream;
    }

    @Override
    public void run() {
        reached = true;
        nanos = System.nanoTime();
    }

    Stream stream() {
        return stream;
    }

    boolean isReached() {
        return reached;
    }

    /** When it was reached, of a clock of its own. */
    long nanos() {
        return nanos;
    }

    /** Lets the stream come to this place. */
    void await() {
        while (!reached && stream.runNext()) {
            // One piece of work after another.
        }
    }
}
