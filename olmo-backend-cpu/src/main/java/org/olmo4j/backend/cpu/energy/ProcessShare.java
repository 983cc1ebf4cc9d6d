package org.olmo4j.backend.cpu.energy;

import java.io.IOException;
import java.util.StringTokenizer;
import java.util.function.LongSupplier;

/**
 * This process's part of the processor time that the machine spent, from one question to the next. Not thread-safe, as the meters that share
 * it are read one after the other.
 */
final class ProcessShare implements AutoCloseable {

    /** {@code USER_HZ}, which the kernel promises to user space on x86 and ARM. */
    private static final long TICK_NANOS = 10_000_000;
    /** Below, the machine's time in ticks of 10 ms tells too little. */
    private static final long SHORTEST_NANOS = 50_000_000;

    private static final int IDLE_FIELD = 4;
    private static final int WAITING_FIELD = 5;
    private static final int LAST_FIELD = 8;

    private final CounterFile machineTimes;
    private final LongSupplier ownNanos;
    private final LongSupplier nanoTime;
    private boolean begun;
    private long lastTime;
    private long lastOwn;
    private long lastMachine;
    private double share = 1;

    /**
     * Begins to watch.
     *
     * @param machineTimes {@code /proc/stat}
     * @param ownNanos processor time of this process
     * @param nanoTime monotonic clock
     */
    ProcessShare(CounterFile machineTimes, LongSupplier ownNanos, LongSupplier nanoTime) {
        this.machineTimes = machineTimes;
        this.ownNanos = ownNanos;
        this.nanoTime = nanoTime;
    }

    /** The part, 0 to 1; 1 while the machine's time is unknown. */
    double now() {
        long time = nanoTime.getAsLong();
        if (begun && time - lastTime < SHORTEST_NANOS) {
            return share;
        }
        try {
            long machine = machineNanos();
            long own = ownNanos.getAsLong();
            if (begun && machine > lastMachine) {
                share = Math.clamp((double) (own - lastOwn) / (machine - lastMachine), 0, 1);
            }
            begun = true;
            lastTime = time;
            lastOwn = own;
            lastMachine = machine;
        } catch (IOException | RuntimeException unreadable) {
            // Not Linux, or a file of another form: as if the machine were ours.
            share = 1;
        }
        return share;
    }

    /** May be called by every meter that shares it. */
    @Override
    public void close() {
        machineTimes.close();
    }

    /** Busy time of all processors: user, nice, system, irq, softirq and steal, not idle and iowait (proc_stat(5)). */
    private long machineNanos() throws IOException {
        StringTokenizer fields = new StringTokenizer(machineTimes.read());
        long ticks = 0;
        for (int field = 0; field <= LAST_FIELD; field++) {
            String text = fields.nextToken();
            ticks += field == 0 || field == IDLE_FIELD || field == WAITING_FIELD ? 0 : Long.parseLong(text);
        }
        return ticks * TICK_NANOS;
    }
}
