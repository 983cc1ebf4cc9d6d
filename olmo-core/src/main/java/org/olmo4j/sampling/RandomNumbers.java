package org.olmo4j.sampling;

/**
 * Counter-based random numbers: each is a function of its place alone, not of how many were drawn before. So a token does not depend on
 * what ran beside its request or on where it was resumed, and every backend computes the same number.
 *
 * <p>The three counters are absorbed one after the other by the finalizer of SplitMix64 (Steele, Lea, Flood: "Fast Splittable Pseudorandom
 * Number Generators", OOPSLA 2014; constants of Stafford's variant 13):
 *
 * <pre>{@code
 * h = mix(seed + G); h = mix(h + G + sampleIndex); h = mix(h + G + position); uniform = (h >>> 11) * 2^-53
 * mix(z): z = (z ^ z >>> 30) * 0xbf58476d1ce4e5b9; z = (z ^ z >>> 27) * 0x94d049bb133111eb; z ^ z >>> 31
 * G = 0x9e3779b97f4a7c15
 * }</pre>
 */
public final class RandomNumbers {

    private static final long GOLDEN_GAMMA = 0x9e3779b97f4a7c15L;

    private RandomNumbers() {}

    /**
     * A random number.
     *
     * @param seed of the request, any value
     * @param sampleIndex which of the request's samples, 0 or more
     * @param position of the token that is drawn in its sequence, 0 or more
     * @return 0 inclusive to 1 exclusive, a multiple of 2^-53
     */
    public static double uniform(long seed, int sampleIndex, int position) {
        long hash = mix(seed + GOLDEN_GAMMA);
        hash = mix(hash + GOLDEN_GAMMA + sampleIndex);
        hash = mix(hash + GOLDEN_GAMMA + position);
        return (hash >>> 11) * 0x1p-53;
    }

    private static long mix(long value) {
        long z = (value ^ (value >>> 30)) * 0xbf58476d1ce4e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
        return z ^ (z >>> 31);
    }
}
