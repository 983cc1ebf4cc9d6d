package org.olmo4j.benchmark.accounting;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import org.olmo4j.benchmark.measure.BenchmarkException;

/**
 * The thread that reads the meters, from outside.
 *
 * @param id of the thread
 */
record ReaderThread(long id) {

    private static final String NAME = "olmo-energy";

    /** Finds it among the threads of this JVM. */
    static ReaderThread find() {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        for (long id : threads.getAllThreadIds()) {
            ThreadInfo thread = threads.getThreadInfo(id);
            if (thread != null && thread.getThreadName().equals(NAME)) {
                return new ReaderThread(id);
            }
        }
        throw new BenchmarkException("There is no thread " + NAME, "Accounting has ended; see the log");
    }

    /** Processor time that it has taken. */
    long processorNanos() {
        return ManagementFactory.getThreadMXBean().getThreadCpuTime(id);
    }
}
