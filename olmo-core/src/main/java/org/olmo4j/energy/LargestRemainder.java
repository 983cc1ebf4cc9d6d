package org.olmo4j.energy;

import java.math.BigInteger;
import java.util.Arrays;

/** Divides an integer so that the parts add up to it: each gets its quota rounded down, and those with the largest remainders one more. */
final class LargestRemainder {

    private LargestRemainder() {}

    /**
     * Divides.
     *
     * @param total 0 or more
     * @param weights 0 or more each, not all 0
     * @return a part for each weight; equal remainders are served in order
     */
    static long[] divide(long total, long[] weights) {
        long sum = 0;
        for (long weight : weights) {
            sum = Math.addExact(sum, weight);
        }
        if (total < 0 || sum <= 0) {
            throw new IllegalArgumentException(total + " cannot be divided by weights that add up to " + sum);
        }
        long[] parts = new long[weights.length];
        long[] remainders = new long[weights.length];
        long left = total;
        for (int i = 0; i < weights.length; i++) {
            divide(total, weights[i], sum, i, parts, remainders);
            left -= parts[i];
        }
        if (left > 0) {
            Integer[] byRemainder = new Integer[weights.length];
            for (int i = 0; i < weights.length; i++) {
                byRemainder[i] = i;
            }
            Arrays.sort(byRemainder, (one, other) -> Long.compare(remainders[other], remainders[one]));
            for (int i = 0; i < left; i++) {
                parts[byRemainder[i]]++;
            }
        }
        return parts;
    }

    private static void divide(long total, long weight, long sum, int index, long[] parts, long[] remainders) {
        long product = total * weight;
        if (Math.multiplyHigh(total, weight) == 0 && product >= 0) {
            parts[index] = product / sum;
            remainders[index] = product % sum;
        } else {
            BigInteger[] quotient = BigInteger.valueOf(total)
                    .multiply(BigInteger.valueOf(weight))
                    .divideAndRemainder(BigInteger.valueOf(sum));
            parts[index] = quotient[0].longValueExact();
            remainders[index] = quotient[1].longValueExact();
        }
    }
}
