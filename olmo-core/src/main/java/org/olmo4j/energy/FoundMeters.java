package org.olmo4j.energy;

import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;

/**
 * Meters, and what kept others from being found.
 *
 * @param meters to be closed by whoever uses them
 * @param notes one sentence each, such as a counter without the right to read it and how that right is given
 */
public record FoundMeters(List<EnergyMeter> meters, List<String> notes) {

    /** Copies the lists. */
    public FoundMeters {
        meters = List.copyOf(meters);
        notes = List.copyOf(notes);
    }

    /**
     * Asks every provider of the interface's own class loader, so that it works from threads with a foreign context class loader.
     *
     * @param options what an operator said of the machine
     * @return all that was found; possibly nothing
     */
    public static FoundMeters discover(MeterOptions options) {
        List<EnergyMeter> meters = new ArrayList<>();
        List<String> notes = new ArrayList<>();
        for (EnergyMeterProvider provider :
                ServiceLoader.load(EnergyMeterProvider.class, EnergyMeterProvider.class.getClassLoader())) {
            FoundMeters found = provider.find(options);
            meters.addAll(found.meters());
            notes.addAll(found.notes());
        }
        if (meters.isEmpty() && notes.isEmpty()) {
            notes.add("No backend on the class path brings an energy meter");
        }
        return new FoundMeters(meters, notes);
    }
}
