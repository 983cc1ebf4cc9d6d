package org.olmo4j.engine;

/** Why a generation ended. */
public enum FinishReason {
    /** A stop id, a stop string, or the end of all that a schema allows. */
    STOP,
    /** The token limit or the context was reached. */
    LENGTH,
    /** The caller cancelled. */
    CANCELLED,
    /** A deadline passed. */
    DEADLINE,
    /** Admission refused it: the engine was full. */
    REFUSED,
    /** The request was invalid, or the device or the engine failed. */
    FAILED
}
