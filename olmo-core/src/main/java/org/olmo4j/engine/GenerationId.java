package org.olmo4j.engine;

import java.security.SecureRandom;
import java.util.UUID;
import java.util.random.RandomGenerator;

/**
 * Names generations: {@code gen-} and a UUID of version 7 (RFC 9562), which begins with the time, so that records that are keyed by it lie together
 * in their order. Thread-safe.
 */
public final class GenerationId {

    private static final String PREFIX = "gen-";
    private static final RandomGenerator RANDOM = new SecureRandom();
    private static final long VERSION_7 = 0x7000L;
    private static final long RANDOM_A = 0x0FFFL;
    private static final long VARIANT = 0x8000_0000_0000_0000L;
    private static final long RANDOM_B = 0x3FFF_FFFF_FFFF_FFFFL;

    private GenerationId() {}

    /**
     * A new id.
     *
     * @return no other generation has it, in any JVM
     */
    public static String next() {
        long high = (System.currentTimeMillis() << 16) | VERSION_7 | (RANDOM.nextLong() & RANDOM_A);
        return PREFIX + new UUID(high, VARIANT | (RANDOM.nextLong() & RANDOM_B));
    }

    /**
     * The id of one of several samples.
     *
     * @param first id of the first of them, as {@link #next()} makes it, or any other
     * @param sample which one, 0 for the first itself
     * @return a UUID that many higher; behind an id of another form, the number
     */
    public static String ofSample(String first, int sample) {
        if (sample == 0) {
            return first;
        }
        try {
            UUID uuid = uuid(first);
            long low = VARIANT | ((uuid.getLeastSignificantBits() + sample) & RANDOM_B);
            return PREFIX + new UUID(uuid.getMostSignificantBits(), low);
        } catch (IllegalArgumentException otherForm) {
            return first + "-" + sample;
        }
    }

    /**
     * The UUID in an id.
     *
     * @param id as {@link #next()} makes it
     * @return of version 7
     * @throws IllegalArgumentException if it has another form
     */
    public static UUID uuid(String id) {
        if (!id.startsWith(PREFIX)) {
            throw new IllegalArgumentException("The generation id " + id + " does not begin with " + PREFIX);
        }
        return UUID.fromString(id.substring(PREFIX.length()));
    }
}
