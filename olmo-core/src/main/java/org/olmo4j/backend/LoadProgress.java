package org.olmo4j.backend;

/** Told how far loading has come. */
@FunctionalInterface
public interface LoadProgress {

    /** Ignores everything. */
    LoadProgress NONE = (done, total) -> {};

    /**
     * Called after a part was loaded, from any thread.
     *
     * @param doneBytes of the checkpoint
     * @param totalBytes of the checkpoint
     */
    void loaded(long doneBytes, long totalBytes);
}
