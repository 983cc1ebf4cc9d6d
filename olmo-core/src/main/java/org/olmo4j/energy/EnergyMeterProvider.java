package org.olmo4j.energy;

/**
 * Finds meters of a kind of device; found itself by {@link java.util.ServiceLoader}. Implementations have a public no-argument constructor
 * that is quick and never throws.
 */
@FunctionalInterface
public interface EnergyMeterProvider {

    /**
     * Looks for meters here and now. Never throws: what cannot be read is a note, not an exception.
     *
     * @param options what an operator said of the machine
     * @return what was found; each part of the machine is covered once
     */
    FoundMeters find(MeterOptions options);
}
