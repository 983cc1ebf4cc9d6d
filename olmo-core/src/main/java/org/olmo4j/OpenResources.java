package org.olmo4j;

import java.util.ArrayDeque;
import java.util.Deque;

/** What has been opened so far; closed in reverse order, each once, even if one of them fails to close. Thread-safe. */
final class OpenResources implements AutoCloseable {

    private final Deque<AutoCloseable> opened = new ArrayDeque<>();

    /** Adds what depends on nothing that is added later. */
    synchronized <T extends AutoCloseable> T add(T resource) {
        opened.push(resource);
        return resource;
    }

    @Override
    public synchronized void close() {
        RuntimeException first = null;
        while (!opened.isEmpty()) {
            try {
                opened.pop().close();
            } catch (Exception failure) {
                // The rest must be closed all the same; the first failure is what the caller hears of.
                RuntimeException unchecked =
                        failure instanceof RuntimeException known ? known : new IllegalStateException(failure);
                if (first == null) {
                    first = unchecked;
                } else {
                    first.addSuppressed(unchecked);
                }
            }
        }
        if (first != null) {
            throw first;
        }
    }
}
