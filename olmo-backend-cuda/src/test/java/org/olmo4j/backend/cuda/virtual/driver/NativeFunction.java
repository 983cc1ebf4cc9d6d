package org.olmo4j.backend.cuda.virtual.driver;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * A method that stands for a function of a native library. Its parameters are what the function's are in C: {@code int}, {@code long} (also for handles and
 * device pointers), {@code float}, {@code byte}, or a {@link java.lang.foreign.MemorySegment} for pointers to host memory.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
@interface NativeFunction {

    /** The name under which it is found. */
    String value();

    /** Whether the calling thread must have a current context. */
    boolean needsContext() default true;

    /** Whether it answers even after a kernel has failed. */
    boolean evenAfterFailure() default false;

    /** Whether it must not be called by a thread that captures a stream. */
    boolean breaksCapture() default false;
}
