package org.olmo4j.benchmark.measure;

import java.util.List;
import java.util.stream.IntStream;

/**
 * What repeated measurements gave.
 *
 * @param median the middle one; of an even number the mean of the two in the middle
 * @param minimum the smallest
 * @param maximum the largest
 */
public record Spread(double median, double minimum, double maximum) {

    /**
     * Summarizes measurements.
     *
     * @param values at least one, in any order
     * @return their median and bounds
     */
    public static Spread of(List<Double> values) {
        double[] sorted =
                values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        if (sorted.length == 0) {
            throw new IllegalArgumentException("A spread of no values");
        }
        int middle = sorted.length / 2;
        double median = sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
        return new Spread(median, sorted[0], sorted[sorted.length - 1]);
    }

    /**
     * How two things that were measured in turn compare.
     *
     * @param values of one of them, at least one
     * @param others of the other, as many; each was measured right after or before its counterpart
     * @return the ratio of the medians, and between which bounds the ratios of the pairs lie
     */
    public static Spread ofRatio(List<Double> values, List<Double> others) {
        Spread pairs = of(IntStream.range(0, values.size())
                .mapToObj(pair -> values.get(pair) / others.get(pair))
                .toList());
        return new Spread(of(values).median() / of(others).median(), pairs.minimum(), pairs.maximum());
    }

    /**
     * The value below which a share of the measurements lies, by the nearest rank.
     *
     * @param values at least one, in any order
     * @param share over 0 to 1, such as 0.99
     * @return one of the values
     */
    public static double percentile(List<Double> values, double share) {
        double[] sorted =
                values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        return sorted[(int) Math.ceil(share * sorted.length) - 1];
    }

    /**
     * In another unit.
     *
     * @param factor over 0
     * @return each value times the factor
     */
    public Spread times(double factor) {
        return new Spread(median * factor, minimum * factor, maximum * factor);
    }
}
