package org.olmo4j.benchmark.kernel;

import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** What the calls of one thread did; JMH divides by time and adds up the threads. Its fields are counters that JMH reads and resets. */
@AuxCounters(AuxCounters.Type.OPERATIONS)
@State(Scope.Thread)
public class Work {

    /** 10^9 bytes of weights, keys and values that were read, or of vectors that were read and written. */
    public double gigabytes;

    /** 10^9 floating point operations, two for a multiplication with an addition. */
    public double gigaflops;

    /** For JMH. */
    public Work() {}

    void add(double bytes, double operations) {
        gigabytes += bytes / 1e9;
        gigaflops += operations / 1e9;
    }
}
