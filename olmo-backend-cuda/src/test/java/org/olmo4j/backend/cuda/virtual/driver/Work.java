package org.olmo4j.backend.cuda.virtual.driver;

/** Something that a stream does when its turn comes. May be done many times, as part of a graph. */
@FunctionalInterface
interface Work {

    void run();

    /** Called when the work is queued: until it is done, its results are garbage. */
    default void queued() {}
}
