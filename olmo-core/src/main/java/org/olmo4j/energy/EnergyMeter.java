package org.olmo4j.energy;

/** A cumulative counter of energy. Read by one thread at a time, about ten times a second. */
public interface EnergyMeter extends AutoCloseable {

    /**
     * What it counts.
     *
     * @return always the same
     */
    MeterDescription description();

    /**
     * Reads the counter; takes well under a millisecond and never throws.
     *
     * @return its value, or why there is none; never 0 for unknown
     */
    MeterReading read();

    /** Frees what it holds. */
    @Override
    default void close() {}
}
