package org.olmo4j.engine;

import java.time.Duration;
import org.olmo4j.error.InvalidRequestException;

/**
 * Bounds of an engine.
 *
 * @param maxRunning most requests that run at once, 1 to 1024
 * @param maxQueued most requests that wait, 0 to 100,000
 * @param maxPromptTokens most tokens that the prompts of all admitted requests have together, 1 or more; a request that is alone is let in
 *     however long it is
 * @param prefillChunkTokens most prompt tokens that one step processes, 1 to 65,536
 * @param stepTimeBudget about how long a step takes when others run or wait, over 0 to 1 minute; prompts are cut accordingly
 * @param prefixCache whether keys and values stay after their request, for later prompts that begin with the same tokens
 * @param deadlines for requests that set none
 * @param releaseTimeout how long an end event waits for listeners, over 0 to 1 day
 */
public record EngineOptions(
        int maxRunning,
        int maxQueued,
        long maxPromptTokens,
        int prefillChunkTokens,
        Duration stepTimeBudget,
        boolean prefixCache,
        Deadlines deadlines,
        Duration releaseTimeout) {

    /** 8 running, 64 queued, a million tokens of prompts, chunks of 256 tokens, steps of 200 ms, a prefix cache, no deadlines, a release timeout of 2 s. */
    public static final EngineOptions DEFAULT = new EngineOptions(
            8, 64, 1_000_000, 256, Duration.ofMillis(200), true, Deadlines.NONE, Duration.ofSeconds(2));

    /** Checks ranges. */
    public EngineOptions {
        require(maxRunning >= 1 && maxRunning <= 1024, "maxRunning", maxRunning, "1 to 1024");
        require(maxQueued >= 0 && maxQueued <= 100_000, "maxQueued", maxQueued, "0 to 100000");
        require(maxPromptTokens >= 1, "maxPromptTokens", maxPromptTokens, "1 or more");
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

    /**
     * Starts from the defaults.
     *
     * @return a builder
     */
    public static Builder builder() {
        return DEFAULT.mutate();
    }

    /**
     * Starts from these options.
     *
     * @return a builder
     */
    public Builder mutate() {
        return new Builder(this);
    }

    /** Builds {@link EngineOptions}; not thread-safe. */
    public static final class Builder {
        private int maxRunning;
        private int maxQueued;
        private long maxPromptTokens;
        private int prefillChunkTokens;
        private Duration stepTimeBudget;
        private boolean prefixCache;
        private Deadlines deadlines;
        private Duration releaseTimeout;

        private Builder(EngineOptions options) {
            maxRunning = options.maxRunning;
            maxQueued = options.maxQueued;
            maxPromptTokens = options.maxPromptTokens;
            prefillChunkTokens = options.prefillChunkTokens;
            stepTimeBudget = options.stepTimeBudget;
            prefixCache = options.prefixCache;
            deadlines = options.deadlines;
            releaseTimeout = options.releaseTimeout;
        }

        /**
         * Sets how many requests run at once.
         *
         * @param value most requests that run at once, 1 to 1024
         * @return this
         */
        public Builder maxRunning(int value) {
            maxRunning = value;
            return this;
        }

        /**
         * Sets how many requests wait.
         *
         * @param value most requests that wait, 0 to 100,000
         * @return this
         */
        public Builder maxQueued(int value) {
            maxQueued = value;
            return this;
        }

        /**
         * Sets how many tokens the prompts of all admitted requests have together.
         *
         * @param value 1 or more
         * @return this
         */
        public Builder maxPromptTokens(long value) {
            maxPromptTokens = value;
            return this;
        }

        /**
         * Sets how many prompt tokens one step processes.
         *
         * @param value most prompt tokens that one step processes, 1 to 65,536
         * @return this
         */
        public Builder prefillChunkTokens(int value) {
            prefillChunkTokens = value;
            return this;
        }

        /**
         * Sets how long a step takes when others run or wait.
         *
         * @param value over 0 to 1 minute
         * @return this
         */
        public Builder stepTimeBudget(Duration value) {
            stepTimeBudget = value;
            return this;
        }

        /**
         * Sets whether prompts that begin alike share their keys and values over time.
         *
         * @param value whether prompts may reuse the keys and values of earlier ones
         * @return this
         */
        public Builder prefixCache(boolean value) {
            prefixCache = value;
            return this;
        }

        /**
         * Sets the deadlines of requests that set none.
         *
         * @param value for requests that set none
         * @return this
         */
        public Builder deadlines(Deadlines value) {
            deadlines = value;
            return this;
        }

        /**
         * Sets how long an end event waits for listeners.
         *
         * @param value over 0 to 1 day
         * @return this
         */
        public Builder releaseTimeout(Duration value) {
            releaseTimeout = value;
            return this;
        }

        /**
         * Builds the options.
         *
         * @return them
         * @throws InvalidRequestException naming the value out of its range
         */
        public EngineOptions build() {
            return new EngineOptions(
                    maxRunning,
                    maxQueued,
                    maxPromptTokens,
                    prefillChunkTokens,
                    stepTimeBudget,
                    prefixCache,
                    deadlines,
                    releaseTimeout);
        }
    }
}
