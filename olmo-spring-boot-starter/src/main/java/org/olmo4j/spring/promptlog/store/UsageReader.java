package org.olmo4j.spring.promptlog.store;

import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Objects;
import org.olmo4j.energy.Provenance;
import org.olmo4j.spring.footprint.FootprintHistory;
import org.olmo4j.spring.footprint.FootprintSum;
import org.olmo4j.spring.footprint.FootprintSum.Grams;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Adds up what requests cost. In the database, for quarters of an hour: the smallest part in which time zones differ. */
final class UsageReader {

    private static final int SLOT_SECONDS = 900;

    private static final String SUMS = """
        select slot, model_name, user_key, energy_provenance, count(*) as requests,
               count(full_microjoules) as with_energy,
               sum(cast(prompt_tokens as bigint)) as prompt_tokens, sum(cast(completion_tokens as bigint)) as completion_tokens,
               sum(active_microjoules) as active, sum(full_microjoules) as full_energy,
               count(location_micrograms) as with_location, sum(location_micrograms) as location,
               count(market_micrograms) as with_market, sum(market_micrograms) as market,
               count(embodied_micrograms) as with_embodied, sum(embodied_micrograms) as embodied
        from (select cast(floor(extract(epoch from ended) / 900) as bigint) as slot, p.*
              from olmo_prompt p
              where ended < :before and energy_provenance is not null and instance = :instance) ended_requests
        group by slot, model_name, user_key, energy_provenance
        order by slot
        """;

    private final JdbcClient jdbc;

    UsageReader(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** Sums of requests of an instance of which the footprint was accounted for, and which ended before a time. */
    List<FootprintHistory.Entry> sums(String instance, Instant before) {
        return jdbc.sql(SUMS)
                .param("before", before.atOffset(ZoneOffset.UTC))
                .param("instance", instance)
                .query((row, number) -> {
                    Provenance provenance = Provenance.valueOf(row.getString("energy_provenance"));
                    long withEnergy = row.getLong("with_energy");
                    long full = row.getLong("full_energy");
                    FootprintSum sum = new FootprintSum(
                            row.getLong("requests"),
                            withEnergy,
                            row.getLong("prompt_tokens"),
                            row.getLong("completion_tokens"),
                            row.getLong("active"),
                            full,
                            withEnergy == 0 ? 0 : Math.round(full * provenance.lowFactor()),
                            withEnergy == 0 ? 0 : Math.round(full * provenance.highFactor()),
                            withEnergy == 0 ? null : provenance,
                            grams(row.getLong("with_location"), row.getLong("location"), provenance),
                            grams(row.getLong("with_market"), row.getLong("market"), provenance),
                            grams(row.getLong("with_embodied"), row.getLong("embodied"), Provenance.CONFIGURED));
                    return new FootprintHistory.Entry(
                            Instant.ofEpochSecond(row.getLong("slot") * SLOT_SECONDS),
                            Objects.requireNonNull(row.getString("model_name")),
                            row.getString("user_key"),
                            sum);
                })
                .list();
    }

    private static Grams grams(long requests, long micrograms, Provenance provenance) {
        double grams = micrograms / 1e6;
        return requests == 0
                ? Grams.NONE
                : new Grams(requests, grams, grams * provenance.lowFactor(), grams * provenance.highFactor());
    }
}
