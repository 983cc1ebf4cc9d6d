package org.olmo4j.backend;

import java.util.List;
import org.olmo4j.error.InvalidRequestException;

/**
 * How a backend holds and runs a model.
 *
 * @param threads compute threads; 0 lets the backend choose
 * @param keyValueCacheBytes memory for keys and values of all sequences; 0 lets the backend choose
 * @param maxStepTokens most tokens that one step processes, over all rows; at least 1
 * @param maxStepRows most rows in one step; at least 1
 * @param devices ids of the devices to use; empty lets the backend choose. Reserved for more than one
 */
public record LoadOptions(
        int threads, long keyValueCacheBytes, int maxStepTokens, int maxStepRows, List<String> devices) {

    /** Everything chosen by the backend, steps of up to 512 tokens in up to 64 rows. */
    public static final LoadOptions DEFAULT = new LoadOptions(0, 0, 512, 64, List.of());

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
}
