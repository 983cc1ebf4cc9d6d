package org.olmo4j.engine;

import java.time.Duration;
import org.olmo4j.error.InvalidRequestException;

/**
 * Bounds of an engine.
 *
 * @param maxRunning most requests that run at once, 1 to 1024
 * @param maxQueued most requests that wait, 0 to 100,000
 * @param prefillChunkTokens most prompt tokens that one step processes, 1 to 65,536
 * @param stepTimeBudget about how long a step takes when others run or wait, over 0 to 1 minute; prompts are cut accordingly
 * @param deadlines for requests that set none
 * @param releaseTimeout how long an end event waits for listeners, over 0 to 1 day
 */
public record EngineOptions(
        int maxRunning,
        int maxQueued,
        int prefillChunkTokens,
        Duration stepTimeBudget,
        Deadlines deadlines,
        Duration releaseTimeout) {

    /** 8 running, 64 queued, chunks of 256 tokens, steps of 200 ms, no deadlines, a release timeout of 2 s. */
    public static final EngineOptions DEFAULT =
            new EngineOptions(8, 64, 256, Duration.ofMillis(200), Deadlines.NONE, Duration.ofSeconds(2));

    /** Checks ranges. */
    public EngineOptions {
        require(maxRunning >= 1 && maxRunning <= 1024, "maxRunning", maxRunning, "1 to 1024");
        require(maxQueued >= 0 && maxQueued <= 100_000, "maxQueued", maxQueued, "0 to 100000");
        require(
                prefillChunkTokens >= 1 && prefillChunkTokens <= 65_536,
                "prefillChunkTokens",
                prefillChunkTokens,
                "1 to 65536");
        require(
                stepTimeBudget.isPositive() && stepTimeBudget.compareTo(Duration.ofMinutes(1)) <= 0,
                "stepTimeBudget",
                stepTimeBudget,
                "over 0 to 1 minute");
        require(
                releaseTimeout.isPositive() && releaseTimeout.compareTo(Duration.ofDays(1)) <= 0,
                "releaseTimeout",
                releaseTimeout,
                "over 0 to 1 day");
    }

    private static void require(boolean condition, String parameter, Object value, String range) {
        if (!condition) {
            throw new InvalidRequestException(parameter, parameter + " is " + value, "Allowed: " + range);
        }
    }
}
