package org.olmo4j.spring.chat;

/**
 * Keys of what a response reports beyond Spring AI's own fields. Durations are {@link java.time.Duration}. In a stream they are on the last
 * response, log-probabilities on each.
 */
public final class OlmoResponseMetadata {

    /** In the response's metadata: the seed of the random numbers, a {@link Long}. */
    public static final String SEED = "seed";

    /**
     * In the response's metadata: all that decided the answer's tokens, a {@link String} that
     * {@link org.olmo4j.engine.ReplayKey#parse(String)} reads. Absent where the engine does not know which checkpoint it runs.
     */
    public static final String REPLAY_KEY = "replay-key";

    /** In the response's metadata: time from the request until it left the queue. */
    public static final String QUEUE_DURATION = "queue-duration";

    /** In the response's metadata: time from the request to its first token. Absent if there was none. */
    public static final String TIME_TO_FIRST_TOKEN = "time-to-first-token";

    /** In the response's metadata: time from the request to its end. */
    public static final String TOTAL_DURATION = "total-duration";

    /**
     * In the response's metadata: tokens after the first for each second after the first token, a {@link Double}. Absent for fewer than
     * two tokens.
     */
    public static final String TOKENS_PER_SECOND = "tokens-per-second";

    /**
     * In the response's metadata: what the answer cost in joules and grams, with ranges and origins, an
     * {@link org.olmo4j.energy.carbon.Footprint}. Absent where nobody accounts for energy. The keys below are parts of it, each absent
     * where it is not known.
     */
    public static final String FOOTPRINT = "footprint";

    /** In the response's metadata: joules beyond what an idle machine draws, a {@link Double}. */
    public static final String ENERGY_ACTIVE_JOULES = "energy-active-joules";

    /** In the response's metadata: joules with the share of what an idle machine draws, a {@link Double}. */
    public static final String ENERGY_FULL_JOULES = "energy-full-joules";

    /** In the response's metadata: how the joules came about, an {@link org.olmo4j.energy.Provenance}. */
    public static final String ENERGY_PROVENANCE = "energy-provenance";

    /** In the response's metadata: what of the machine was counted, a set of {@link org.olmo4j.energy.Component}. */
    public static final String ENERGY_COVERS = "energy-covers";

    /** In the response's metadata: grams of CO2 equivalents by the grid at the place, a {@link Double}. */
    public static final String CO2E_LOCATION_BASED_GRAMS = "co2e-location-based-grams";

    /** In the response's metadata: grams of CO2 equivalents by what was bought, a {@link Double}. */
    public static final String CO2E_MARKET_BASED_GRAMS = "co2e-market-based-grams";

    /** In the generation's metadata: the stop sequence that ended it, a {@link String}. Absent if none did. */
    public static final String STOP_SEQUENCE = "stop-sequence";

    /**
     * In the generation's metadata, if asked for: a list of {@link org.olmo4j.sampling.TokenLogProbability}, one for each token of this
     * response.
     */
    public static final String LOG_PROBABILITIES = "log-probabilities";

    private OlmoResponseMetadata() {}
}
