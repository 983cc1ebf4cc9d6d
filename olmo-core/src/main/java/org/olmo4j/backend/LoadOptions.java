package org.olmo4j.backend;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.olmo4j.error.InvalidRequestException;

/**
 * How a backend holds and runs a model.
 *
 * @param threads compute threads; 0 lets the backend choose
 * @param keyValueCacheBytes memory for keys and values of all sequences; 0 lets the backend choose
 * @param maxStepTokens most tokens that one step processes, over all rows; at least 1
 * @param maxStepRows most rows in one step; at least 1
 * @param devices ids of the devices to use; empty lets the backend choose. Reserved for more than one
 * @param weights how matrices are held
 * @param embeddingWeights how the token embedding and the output head are held; empty lets the backend choose, by the type of the others
 * @param keyValues how keys and values are kept
 * @param weightCache folder in which converted weights are kept for the next load; empty keeps none
 */
public record LoadOptions(
        int threads,
        long keyValueCacheBytes,
        int maxStepTokens,
        int maxStepRows,
        List<String> devices,
        WeightType weights,
        Optional<WeightType> embeddingWeights,
        KeyValueType keyValues,
        Optional<Path> weightCache) {

    /** Everything chosen by the backend, weights as stored, keys and values in F32, steps of up to 512 tokens in up to 64 rows. */
    public static final LoadOptions DEFAULT = new LoadOptions(
            0, 0, 512, 64, List.of(), WeightType.STORED, Optional.empty(), KeyValueType.F32, Optional.empty());

    /** Checks ranges and copies the list. */
    public LoadOptions {
        require(threads >= 0 && threads <= 1024, "threads", threads, "0 (chosen by the backend) to 1024");
        require(keyValueCacheBytes >= 0, "keyValueCacheBytes", keyValueCacheBytes, "0 (chosen by the backend) or more");
        require(maxStepTokens >= 1 && maxStepTokens <= 65_536, "maxStepTokens", maxStepTokens, "1 to 65536");
        require(maxStepRows >= 1 && maxStepRows <= 4096, "maxStepRows", maxStepRows, "1 to 4096");
        devices = List.copyOf(devices);
    }

    private static void require(boolean condition, String parameter, long value, String range) {
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

    /** Builds {@link LoadOptions}; not thread-safe. */
    public static final class Builder {
        private int threads;
        private long keyValueCacheBytes;
        private int maxStepTokens;
        private int maxStepRows;
        private List<String> devices;
        private WeightType weights;
        private Optional<WeightType> embeddingWeights;
        private KeyValueType keyValues;
        private Optional<Path> weightCache;

        private Builder(LoadOptions options) {
            threads = options.threads;
            keyValueCacheBytes = options.keyValueCacheBytes;
            maxStepTokens = options.maxStepTokens;
            maxStepRows = options.maxStepRows;
            devices = options.devices;
            weights = options.weights;
            embeddingWeights = options.embeddingWeights;
            keyValues = options.keyValues;
            weightCache = options.weightCache;
        }

        /**
         * Sets the number of compute threads.
         *
         * @param value 0 (chosen by the backend) to 1024
         * @return this
         */
        public Builder threads(int value) {
            threads = value;
            return this;
        }

        /**
         * Sets the memory for keys and values of all sequences.
         *
         * @param value bytes; 0 lets the backend choose
         * @return this
         */
        public Builder keyValueCacheBytes(long value) {
            keyValueCacheBytes = value;
            return this;
        }

        /**
         * Sets how many tokens one step processes.
         *
         * @param value most tokens over all rows, 1 to 65,536
         * @return this
         */
        public Builder maxStepTokens(int value) {
            maxStepTokens = value;
            return this;
        }

        /**
         * Sets how many rows a step has.
         *
         * @param value most rows, 1 to 4096
         * @return this
         */
        public Builder maxStepRows(int value) {
            maxStepRows = value;
            return this;
        }

        /**
         * Sets the devices to use.
         *
         * @param value their ids; empty lets the backend choose
         * @return this
         */
        public Builder devices(List<String> value) {
            devices = value;
            return this;
        }

        /**
         * Sets how matrices are held.
         *
         * @param value as stored unless set
         * @return this
         */
        public Builder weights(WeightType value) {
            weights = value;
            return this;
        }

        /**
         * Sets how the token embedding and the output head are held.
         *
         * @param value chosen by the backend unless set
         * @return this
         */
        public Builder embeddingWeights(WeightType value) {
            embeddingWeights = Optional.of(value);
            return this;
        }

        /**
         * Sets how keys and values are kept.
         *
         * @param value F32 unless set
         * @return this
         */
        public Builder keyValues(KeyValueType value) {
            keyValues = value;
            return this;
        }

        /**
         * Sets where converted weights are kept for the next load, which then maps them.
         *
         * @param value a folder, made if it is not there; none are kept unless set
         * @return this
         */
        public Builder weightCache(Path value) {
            weightCache = Optional.of(value);
            return this;
        }

        /**
         * Builds the options.
         *
         * @return them
         * @throws InvalidRequestException naming the value out of its range
         */
        public LoadOptions build() {
            return new LoadOptions(
                    threads,
                    keyValueCacheBytes,
                    maxStepTokens,
                    maxStepRows,
                    devices,
                    weights,
                    embeddingWeights,
                    keyValues,
                    weightCache);
        }
    }
}
