package org.olmo4j.spring.actuate;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.olmo4j.energy.EnergyReport;
import org.olmo4j.energy.Provenance;
import org.olmo4j.energy.carbon.CarbonAccounting;
import org.olmo4j.energy.carbon.CarbonIntensity;
import org.olmo4j.energy.carbon.CarbonIntensitySource;
import org.olmo4j.energy.carbon.EmbodiedCarbon;
import org.olmo4j.energy.carbon.FootprintAccounting;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Says in sentences how the figures of footprints come about. */
final class FootprintExplanation {

    private static final Logger log = LoggerFactory.getLogger(FootprintExplanation.class);

    private FootprintExplanation() {}

    static List<String> formulas(CarbonAccounting carbon) {
        return List.of(
                "each meter: counted = active + idle shared + idle + unattributed, in whole microjoules",
                "active: what a meter counted beyond idle power, divided by the time of each step and in it by cost: a"
                    + " prompt token costs 1, a generated one 1 + bytes of its sequence's keys and values / bytes of"
                    + " the weights",
                "full = active + idle power for the time in which a request kept the machine busy",
                "facility = full x PUE " + carbon.facility().effectiveness() + " ("
                        + carbon.facility().source() + ")",
                "location-based g = facility J / 3,600,000 x " + intensity(carbon.location()),
                "market-based g = facility J / 3,600,000 x " + intensity(carbon.market()),
                "embodied g = "
                        + carbon.embodied().map(FootprintExplanation::making).orElse("not included"),
                "SCI (ISO/IEC 21031) = (location-based g"
                        + (carbon.embodied().isPresent() ? " + embodied g" : ", embodied not included")
                        + ") / request, or / 1,000 generated tokens");
    }

    private static String intensity(Optional<CarbonIntensitySource> source) {
        return source.map(known -> {
                    try {
                        CarbonIntensity now = known.current();
                        return now.gramsPerKilowattHour() + " g/kWh now (" + now.place() + ", " + now.source() + ")";
                    } catch (RuntimeException fault) {
                        // A source is somebody else's; the other formulas are to be seen all the same.
                        log.debug("A source of carbon intensity failed", fault);
                        return "an intensity that its source cannot tell now";
                    }
                })
                .orElse("an intensity that is not configured: not known");
    }

    private static String making(EmbodiedCarbon making) {
        return String.format(
                Locale.ROOT,
                "%.1f kg x %.3f of the machine x its time for a request / %d days (%s)",
                making.kilograms(),
                making.share(),
                making.lifetime().toDays(),
                making.source());
    }

    static List<String> assumptions(FootprintAccounting accounting) {
        EnergyReport report = accounting.report();
        List<String> assumptions = new ArrayList<>();
        assumptions.add("of this instance of the application only; a request counts when it ends");
        if (report.meters().isEmpty()) {
            assumptions.add("no energy meter: no figure is known");
        }
        report.meters()
                .forEach(meter -> assumptions.add(
                        meter.description().name() + ": " + meter.description().method()));
        assumptions.addAll(report.notes());
        Arrays.stream(Provenance.values())
                .filter(provenance -> provenance != Provenance.UNAVAILABLE)
                .map(provenance -> String.format(
                        Locale.ROOT,
                        "%s: the range is %.2f to %.2f times the figure, an assumption of this library",
                        provenance,
                        provenance.lowFactor(),
                        provenance.highFactor()))
                .forEach(assumptions::add);
        assumptions.add("power supplies, fans, disks and the network are in no figure");
        assumptions.add("power of an idle machine while no request runs is nobody's; see idle of each meter");
        return assumptions;
    }
}
