package org.olmo4j.spring.actuate;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.olmo4j.card.TrainingFootprint;
import org.olmo4j.energy.EnergyReport.MeterReport;
import org.olmo4j.energy.Provenance;
import org.olmo4j.spring.footprint.FootprintSum;
import org.olmo4j.spring.footprint.FootprintTotals;

/**
 * What the endpoint {@code olmofootprint} shows. What is not known is absent, and never 0.
 *
 * @param since when the first of the requests may have ended
 * @param total of all requests since then
 * @param months in which requests ended
 * @param days likewise
 * @param hours likewise
 * @param models that answered
 * @param meters of the machine, and where what they counted went
 * @param formulas by which the figures came about, with the values that hold now
 * @param assumptions that are in them, and what is not
 * @param training what training OLMo cost, beside which these figures stand
 */
public record FootprintDescription(
        Instant since,
        Sum total,
        List<Row> months,
        List<Row> days,
        List<Row> hours,
        List<Row> models,
        List<Meter> meters,
        List<String> formulas,
        List<String> assumptions,
        List<Training> training) {

    private static final double MICROJOULES = 1e6;

    /**
     * A part of the requests.
     *
     * @param name of the hour, day, month, model or user
     * @param sum of its requests
     */
    public record Row(String name, Sum sum) {

        static Row of(FootprintTotals.Row row, double effectiveness) {
            return new Row(row.name(), Sum.of(row.sum(), effectiveness));
        }
    }

    /**
     * What requests cost together.
     *
     * @param requests that ran
     * @param requestsWithEnergy of these, whose energy is known: joules and grams are theirs
     * @param promptTokens of all
     * @param generatedTokens of all
     * @param activeJoules beyond what an idle machine draws
     * @param fullJoules with their share of what an idle machine draws
     * @param lowJoules low end of the range of the full energy
     * @param highJoules high end of it
     * @param facilityJoules full energy times power usage effectiveness
     * @param provenance how the energy came about; the worst of all
     * @param locationBased operational emissions by the grid
     * @param marketBased operational emissions by what was bought
     * @param embodied emissions of making the machine
     * @param gramsPerRequest SCI score for a request
     * @param gramsPerThousandTokens SCI score for 1,000 generated tokens
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Sum(
            long requests,
            long requestsWithEnergy,
            long promptTokens,
            long generatedTokens,
            @Nullable Double activeJoules,
            @Nullable Double fullJoules,
            @Nullable Double lowJoules,
            @Nullable Double highJoules,
            @Nullable Double facilityJoules,
            @Nullable Provenance provenance,
            FootprintSum.@Nullable Grams locationBased,
            FootprintSum.@Nullable Grams marketBased,
            FootprintSum.@Nullable Grams embodied,
            @Nullable Double gramsPerRequest,
            @Nullable Double gramsPerThousandTokens) {

        static Sum of(FootprintSum sum, double effectiveness) {
            boolean known = sum.requestsWithEnergy() > 0;
            // A score of the requests whose emissions are known says nothing of the others, and the tokens are those of
            // all.
            boolean all = sum.requests() > 0 && sum.locationBased().requests() == sum.requests();
            double grams = sum.locationBased().grams() + sum.embodied().grams();
            return new Sum(
                    sum.requests(),
                    sum.requestsWithEnergy(),
                    sum.promptTokens(),
                    sum.generatedTokens(),
                    known ? sum.activeMicrojoules() / MICROJOULES : null,
                    known ? sum.fullMicrojoules() / MICROJOULES : null,
                    known ? sum.lowMicrojoules() / MICROJOULES : null,
                    known ? sum.highMicrojoules() / MICROJOULES : null,
                    known ? sum.fullMicrojoules() / MICROJOULES * effectiveness : null,
                    sum.provenance(),
                    known(sum.locationBased()),
                    known(sum.marketBased()),
                    known(sum.embodied()),
                    all ? grams / sum.requests() : null,
                    all && sum.generatedTokens() > 0 ? grams * 1e3 / sum.generatedTokens() : null);
        }

        private static FootprintSum.@Nullable Grams known(FootprintSum.Grams grams) {
            return grams.requests() > 0 ? grams : null;
        }
    }

    /**
     * An energy meter since the start of this process: the active, idle-shared, idle and unattributed joules add up to the counted ones.
     *
     * @param name unique among the meters
     * @param covers the part of the machine
     * @param provenance of its figures
     * @param method how it counts, and what it assumes
     * @param countedJoules in all
     * @param activeJoules of requests, beyond what an idle machine draws
     * @param idleSharedJoules of requests, their share of what an idle machine draws
     * @param idleJoules drawn while no request ran, or for other processes
     * @param unattributedJoules of other processes, and of work of which it is not known for whom it was
     * @param idleWatts what an idle machine draws; absent until it was seen
     * @param missingReadings times it gave no value
     * @param rejectedReadings times its value could not be
     * @param problem what is wrong with it now
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Meter(
            String name,
            String covers,
            Provenance provenance,
            String method,
            double countedJoules,
            double activeJoules,
            double idleSharedJoules,
            double idleJoules,
            double unattributedJoules,
            @Nullable Double idleWatts,
            long missingReadings,
            long rejectedReadings,
            @Nullable String problem) {

        static Meter of(MeterReport meter) {
            return new Meter(
                    meter.description().name(),
                    meter.description().covers().name(),
                    meter.description().provenance(),
                    meter.description().method(),
                    meter.counted() / MICROJOULES,
                    meter.active() / MICROJOULES,
                    meter.idleShared() / MICROJOULES,
                    meter.idle() / MICROJOULES,
                    meter.unattributed() / MICROJOULES,
                    meter.idleWatts().isPresent() ? meter.idleWatts().getAsDouble() : null,
                    meter.missingReadings(),
                    meter.rejectedReadings(),
                    meter.problem().orElse(null));
        }
    }

    /**
     * What training a model cost.
     *
     * @param run what was trained
     * @param hardware on what, and where
     * @param arithmetic one line for each basis
     * @param locationBasedTonnes by the grid at the place
     * @param marketBasedTonnes by what was bought
     * @param publishedTonnes as published
     * @param publishedNote what is to be known about that figure
     * @param source where it is published
     * @param shareOfThisApplication location-based emissions of this application's requests, 1 for as much as the training; absent while
     *     they are not known
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Training(
            String run,
            String hardware,
            List<String> arithmetic,
            @Nullable Double locationBasedTonnes,
            @Nullable Double marketBasedTonnes,
            double publishedTonnes,
            String publishedNote,
            String source,
            @Nullable Double shareOfThisApplication) {

        static Training of(TrainingFootprint training, FootprintSum.Grams ours) {
            return new Training(
                    training.run(),
                    training.hardware(),
                    training.arithmetic().lines().toList(),
                    training.locationBasedTonnes().orElse(null),
                    training.marketBasedTonnes().orElse(null),
                    training.published().tonnes(),
                    training.published().note(),
                    training.published().source(),
                    ours.requests() > 0 ? training.share(ours.grams()).orElse(null) : null);
        }
    }
}
