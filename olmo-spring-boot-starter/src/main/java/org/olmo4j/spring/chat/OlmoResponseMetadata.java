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

    /** In the generation's metadata: the stop sequence that ended it, a {@link String}. Absent if none did. */
    public static final String STOP_SEQUENCE = "stop-sequence";

    /**
     * In the generation's metadata, if asked for: a list of {@link org.olmo4j.sampling.TokenLogProbability}, one for each token of this
     * response.
     */
    public static final String LOG_PROBABILITIES = "log-probabilities";

    private OlmoResponseMetadata() {}
}
