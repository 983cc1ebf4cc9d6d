package org.olmo4j.energy.carbon;

/**
 * Knows the carbon intensity at any moment, as a grid's operator or a service may tell it. None is used unless an application names one:
 * this library calls nobody. Thread-safe.
 */
@FunctionalInterface
public interface CarbonIntensitySource {

    /**
     * What holds now. Called when a request has ended: it must answer from memory, at once, and never throw. {@link LiveCarbonIntensity}
     * does so for a source that has to be asked.
     *
     * @return the intensity
     */
    CarbonIntensity current();
}
