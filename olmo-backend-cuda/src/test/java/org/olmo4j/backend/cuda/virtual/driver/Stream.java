package org.olmo4j.backend.cuda.virtual.driver;

import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/** A queue of work, done in order, and only when somebody waits for it. */
final class Stream {

    private final Context context;
    private final boolean blocking;
    private final Deque<Work> queue = new ArrayDeque<>();
    private @Nullable Capture capture;

    /** @param blocking whether it waits for the default stream, and that one for it */
    Stream(Context context, boolean blocking) {
        this.context = context;
        this.blocking = blocking;
    }

    Context context() {
        return context;
    }

    boolean isBlocking() {
        return blocking;
    }

    void add(Work work) {
        Capture into = capture;
        if (into != null) {
            into.add(work);
        } else {
            work.queued();
            queue.add(work);
        }
    }

    /** Adds work to the queue itself, even while the stream is captured. */
    void addToQueue(Work work) {
        work.queued();
        queue.add(work);
    }

    boolean isIdle() {
        return queue.isEmpty();
    }

    /** Does one piece of work; returns whether there was one. */
    boolean runNext() {
        Work work = queue.poll();
        if (work == null) {
            return false;
        }
        work.run();
        return true;
    }

    void runAll() {
        while (runNext()) {
            // Until nothing is left.
        }
    }

    void drop() {
        queue.clear();
    }

    @Nullable
    Capture capture() {
        return capture;
    }

    void capture(@Nullable Capture into) {
        capture = into;
    }
}
