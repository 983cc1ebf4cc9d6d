package org.olmo4j.spring.testing;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.olmo4j.energy.Component;
import org.olmo4j.energy.Provenance;
import org.olmo4j.energy.RequestEnergy;
import org.olmo4j.energy.carbon.CarbonAccounting;
import org.olmo4j.energy.carbon.CarbonBasis;
import org.olmo4j.energy.carbon.CarbonIntensity;
import org.olmo4j.energy.carbon.Footprint;
import org.olmo4j.energy.carbon.PowerUsage;
import org.olmo4j.engine.FinishReason;
import org.olmo4j.engine.GenerationRequest;
import org.olmo4j.engine.GenerationResult;
import org.olmo4j.engine.Prompt;
import org.olmo4j.engine.Timings;
import org.olmo4j.engine.Usage;

/** Footprints whose figures can be worked out by hand. */
public final class Footprints {

    /** Grams for a kilowatt-hour of the grid: 1e-4 g for a joule. */
    public static final double GRID = 360;

    private static final CarbonIntensity LOCATION = CarbonIntensity.configured(GRID, CarbonBasis.LOCATION_BASED);
    private static final CarbonIntensity MARKET = CarbonIntensity.configured(36, CarbonBasis.MARKET_BASED);

    private Footprints() {}

    /** The grid at {@link #GRID}, and a tenth of it as bought. */
    public static CarbonAccounting carbon() {
        return new CarbonAccounting(
                PowerUsage.IT_ONLY, Optional.of(() -> LOCATION), Optional.of(() -> MARKET), Optional.empty());
    }

    /** By a shared counter; a fifth on top of the active joules is idle power. */
    public static Footprint of(long activeJoules) {
        long microjoules = activeJoules * 1_000_000;
        return carbon().footprint(
                        new RequestEnergy(
                                "7",
                                Optional.of(new RequestEnergy.Parts(
                                        microjoules / 4,
                                        microjoules - microjoules / 4,
                                        microjoules / 5,
                                        Provenance.MEASURED_SHARED,
                                        Set.of(Component.CPU, Component.MEMORY),
                                        Duration.ofSeconds(1))),
                                Set.of()),
                        4);
    }

    /** Nothing is known of it. */
    public static Footprint unknown() {
        return carbon().footprint(new RequestEnergy("7", Optional.empty(), Set.of(Component.CPU)), 4);
    }

    public static GenerationRequest request(@Nullable String user) {
        return GenerationRequest.builder(new Prompt.Text("Hi")).user(user).build();
    }

    /** Of 3 prompt tokens and 4 others. */
    public static GenerationResult result(Optional<Footprint> footprint) {
        return new GenerationResult(
                "7",
                "",
                List.of(),
                FinishReason.STOP,
                Optional.empty(),
                new Usage(3, 0, 4),
                new Timings(Instant.EPOCH, Optional.empty(), Optional.empty(), Duration.ofSeconds(1)),
                0,
                Optional.empty(),
                List.of(),
                List.of(),
                List.of(),
                null,
                footprint);
    }
}
