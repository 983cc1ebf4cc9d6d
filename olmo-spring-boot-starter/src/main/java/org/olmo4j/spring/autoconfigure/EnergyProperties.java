package org.olmo4j.spring.autoconfigure;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;
import org.olmo4j.energy.MeterOptions;
import org.olmo4j.energy.budget.BudgetLimit;
import org.olmo4j.energy.carbon.CarbonAccounting;
import org.olmo4j.energy.carbon.CarbonBasis;
import org.olmo4j.energy.carbon.CarbonIntensity;
import org.olmo4j.energy.carbon.CarbonIntensitySource;
import org.olmo4j.energy.carbon.CountryIntensities;
import org.olmo4j.energy.carbon.EmbodiedCarbon;
import org.olmo4j.energy.carbon.PowerUsage;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;

/**
 * Keys under {@code olmo.energy}. Immutable.
 *
 * @param enabled Whether the energy of requests is accounted for.
 * @param processorWatts Power of the processors at full load, over 0, for where no counter can be read. Assumed to be 4 W for each processor unless set.
 * @param pue Power usage effectiveness of the data centre, 1 to 10. Energy is that of the computers only unless set.
 * @param timeZone Time zone in which hours, days and months begin. That of the system unless set.
 * @param carbon Emissions of electricity.
 * @param embodied Emissions of making the machine.
 * @param budget What a user may cause on one day.
 */
@ConfigurationProperties("olmo.energy")
public record EnergyProperties(
        @DefaultValue("true") boolean enabled,
        @Nullable Double processorWatts,
        @Nullable Double pue,
        @Nullable ZoneId timeZone,
        @DefaultValue Carbon carbon,
        @DefaultValue Embodied embodied,
        @DefaultValue Budget budget) {

    static final String PREFIX = "olmo.energy.";
    private static final String CONFIGURED = "as configured";
    private static final String CARBON = PREFIX + "carbon.";
    private static final Map<String, String> KEYS = Map.of(
            "processorWatts", "processor-watts",
            "country", "carbon.country",
            "carbon intensities", "carbon.country-file",
            "embodied", "embodied.kilograms",
            "budget", "budget.refuse-at");

    /**
     * Keys under {@code olmo.energy.carbon}.
     *
     * @param country Country whose electricity is used, by its ISO 3166-1 code, or WORLD. Its yearly average holds. Emissions are not known unless a country, an intensity or a source of it is there.
     * @param countryFile CSV file with yearly averages of countries to be used instead of the built-in ones.
     * @param intensity Grams of CO2 equivalents for a kilowatt-hour of the grid at the place, over 0 to 5000.
     * @param marketIntensity Grams of CO2 equivalents for a kilowatt-hour as it is bought, 0 to 5000. Shown beside the grid's, never instead.
     */
    public record Carbon(
            @Nullable String country,
            @Nullable Path countryFile,
            @Nullable Double intensity,
            @Nullable Double marketIntensity) {}

    /**
     * Keys under {@code olmo.energy.embodied}.
     *
     * @param kilograms Kilograms of CO2 equivalents that making the machine has caused. Not included unless set.
     * @param lifetime Time for which the machine is used.
     * @param share Part of the machine that this application has, over 0 to 1.
     */
    public record Embodied(
            @Nullable Double kilograms,
            @DefaultValue("1461d") Duration lifetime,
            @DefaultValue("1") double share) {}

    /**
     * Keys under {@code olmo.energy.budget}.
     *
     * @param unit Unit of the budgets. There are none unless set.
     * @param warnAt Amount from which on it is logged that a user has caused much on one day.
     * @param refuseAt Amount from which on requests of a user are refused until the day ends.
     */
    public record Budget(
            BudgetLimit.@Nullable Unit unit,
            @Nullable Double warnAt,
            @Nullable Double refuseAt) {

        /** Amounts without a unit would be a budget that nobody keeps. */
        public Budget {
            if (unit == null && (warnAt != null || refuseAt != null)) {
                throw new InvalidConfigurationPropertyValueException(
                        PREFIX + "budget.unit", null, "Say what the amounts are: joules or grams.");
            }
        }
    }

    /** By which hours, days and months begin. */
    Clock clock() {
        return Clock.system(timeZone == null ? ZoneId.systemDefault() : timeZone);
    }

    /** What the operator says of the machine. */
    MeterOptions meterOptions() {
        return OlmoProperties.checked(PREFIX, KEYS, () -> new MeterOptions(optional(processorWatts)));
    }

    /**
     * How joules become grams.
     *
     * @param sources of the application; they win over what is configured for their basis
     */
    CarbonAccounting carbonAccounting(List<CarbonIntensitySource> sources) {
        return OlmoProperties.checked(
                PREFIX,
                KEYS,
                () -> new CarbonAccounting(
                        pue == null ? PowerUsage.IT_ONLY : new PowerUsage(pue, CONFIGURED),
                        of(CarbonBasis.LOCATION_BASED, sources).or(this::location),
                        of(CarbonBasis.MARKET_BASED, sources).or(this::market),
                        making()));
    }

    private static Optional<CarbonIntensitySource> of(CarbonBasis basis, List<CarbonIntensitySource> sources) {
        return sources.stream()
                .filter(source -> source.current().basis() == basis)
                .findFirst();
    }

    private Optional<CarbonIntensitySource> location() {
        if (carbon.intensity() != null && carbon.country() != null) {
            throw new InvalidConfigurationPropertyValueException(
                    CARBON + "intensity", carbon.intensity(), "There is " + CARBON + "country too. Set one of both.");
        }
        if (carbon.countryFile() != null && carbon.country() == null) {
            throw new InvalidConfigurationPropertyValueException(
                    CARBON + "country", null, "Name the country of " + carbon.countryFile() + " that holds here.");
        }
        if (carbon.intensity() != null) {
            return Optional.of(fixed(CARBON + "intensity", carbon.intensity(), CarbonBasis.LOCATION_BASED));
        }
        if (carbon.country() != null) {
            CountryIntensities table = carbon.countryFile() == null
                    ? CountryIntensities.builtIn()
                    : CountryIntensities.read(carbon.countryFile());
            CarbonIntensity yearly = table.of(carbon.country());
            return Optional.of(() -> yearly);
        }
        return Optional.empty();
    }

    private Optional<CarbonIntensitySource> market() {
        return Optional.ofNullable(carbon.marketIntensity())
                .map(grams -> fixed(CARBON + "market-intensity", grams, CarbonBasis.MARKET_BASED));
    }

    private static CarbonIntensitySource fixed(String key, double grams, CarbonBasis basis) {
        CarbonIntensity intensity = OlmoProperties.checked(
                "", Map.of("gramsPerKilowattHour", key), () -> CarbonIntensity.configured(grams, basis));
        return () -> intensity;
    }

    private Optional<EmbodiedCarbon> making() {
        return Optional.ofNullable(embodied.kilograms())
                .map(kilograms -> new EmbodiedCarbon(kilograms, embodied.lifetime(), embodied.share(), CONFIGURED));
    }

    /** What each user may cause on one day. Asked only where there is a unit. */
    BudgetLimit budgetLimit() {
        BudgetLimit.Unit unit = budget.unit();
        if (unit == null) {
            throw new InvalidConfigurationPropertyValueException(
                    PREFIX + "budget.unit", null, "Name joules or grams, or leave it out.");
        }
        return OlmoProperties.checked(
                PREFIX, KEYS, () -> new BudgetLimit(unit, optional(budget.warnAt()), optional(budget.refuseAt())));
    }

    private static OptionalDouble optional(@Nullable Double value) {
        return value == null ? OptionalDouble.empty() : OptionalDouble.of(value);
    }
}
