package org.olmo4j.energy;

import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * What was counted since the start, and where it went.
 *
 * @param meters one entry each
 * @param forgottenSteps steps for which there was no room between two readings; their energy is unattributed
 * @param abandonedGenerations generations dropped because too many others ran after them and nobody asked for their energy
 * @param notes why meters are not there
 */
public record EnergyReport(
        List<MeterReport> meters, long forgottenSteps, long abandonedGenerations, List<String> notes) {

    /** Copies the lists. */
    public EnergyReport {
        meters = List.copyOf(meters);
        notes = List.copyOf(notes);
    }

    /**
     * One meter. All energies are microjoules since the start; {@code active + idleShared + idle + unattributed == counted}.
     *
     * @param description which
     * @param counted in complete windows
     * @param active attributed to generations, beyond what an idle device draws
     * @param idleShared attributed to generations of what an idle device draws
     * @param idle what an idle device draws, while it was idle or busy for other processes
     * @param unattributed of other processes, and of work of which it is not known for whom it was
     * @param idleWatts what an idle device draws; empty before a window without a step was seen, and until then idle power counts as active
     * @param missingReadings times it gave no value
     * @param rejectedReadings times its value could not be
     * @param problem what was wrong with the last reading; empty if nothing
     */
    public record MeterReport(
            MeterDescription description,
            long counted,
            long active,
            long idleShared,
            long idle,
            long unattributed,
            OptionalDouble idleWatts,
            long missingReadings,
            long rejectedReadings,
            Optional<String> problem) {}
}
