package org.olmo4j.spring.promptlog.service;

import java.util.ArrayDeque;
import java.util.Deque;

/** What has to be closed, the latest first; one that fails keeps none of the others open. Not thread-safe. */
final class ClosingStack implements AutoCloseable {

    /** Closes something without a checked exception. */
    @FunctionalInterface
    interface Closing extends AutoCloseable {

        @Override
        void close();
    }

    private final Deque<Closing> open = new ArrayDeque<>();

    /** The latest of all, by now. */
    void push(Closing closing) {
        open.push(closing);
    }

    @Override
    public void close() {
        RuntimeException first = null;
        while (!open.isEmpty()) {
            try {
                open.pop().close();
            } catch (RuntimeException failure) {
                if (first == null) {
                    first = failure;
                } else {
                    first.addSuppressed(failure);
                }
            }
        }
        if (first != null) {
            throw first;
        }
    }
}
