package org.olmo4j.energy;

/**
 * How a figure came about, best first. The worst of the parts is that of a sum. The ranges are this project's assumptions, not
 * calibrated against a wall meter.
 */
public enum Provenance {

    /** By a counter of a device that nobody else uses. Assumed range: 5 % either way. */
    MEASURED(0.95, 1.05),

    /** By a counter, times this process's share of the device's work. Assumed range: 25 % either way. */
    MEASURED_SHARED(0.75, 1.25),

    /** By power at full load times load. Assumed range: half to twice. */
    MODELLED(0.5, 2),

    /** As an operator set it; how exact it is, is not known here. */
    CONFIGURED(1, 1),

    /** There is no figure; it is never shown as 0. */
    UNAVAILABLE(Double.NaN, Double.NaN);

    private final double lowFactor;
    private final double highFactor;

    Provenance(double lowFactor, double highFactor) {
        this.lowFactor = lowFactor;
        this.highFactor = highFactor;
    }

    /**
     * The low end of the range.
     *
     * @return what to multiply a figure with; NaN if there is none
     */
    public double lowFactor() {
        return lowFactor;
    }

    /**
     * The high end of the range.
     *
     * @return what to multiply a figure with; NaN if there is none
     */
    public double highFactor() {
        return highFactor;
    }

    /**
     * Of a figure that consists of two.
     *
     * @param other of the other part
     * @return the worse one
     */
    public Provenance worse(Provenance other) {
        return compareTo(other) >= 0 ? this : other;
    }
}
