package org.olmo4j.spring.host;

import java.util.ArrayList;
import java.util.List;

/** The threads in which backends are closed and loaded, so that whoever closes the files can wait for them. Thread-safe. */
final class BackgroundThreads {

    private final List<Thread> threads = new ArrayList<>();

    synchronized void start(String name, Runnable work) {
        threads.removeIf(thread -> !thread.isAlive());
        threads.add(Thread.ofPlatform().name(name).daemon().start(work));
    }

    /** Waits for those that were started, interrupted or not, but for the calling one. */
    void join() {
        boolean interrupted = false;
        for (Thread thread : started()) {
            while (thread != Thread.currentThread() && thread.isAlive()) {
                try {
                    thread.join();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized List<Thread> started() {
        return List.copyOf(threads);
    }
}
