package org.olmo4j.benchmark.measure;

import java.util.List;

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
