package org.olmo4j.sampling;

/** Partial selection (Hoare's quickselect with a median of three): finds a border in linear expected time without sorting. */
final class Selection {

    private Selection() {}

    /**
     * The k-th highest value.
     *
     * @param values reordered
     * @param count how many of them count
     * @param k 1 to count
     */
    static float highest(float[] values, int count, int k) {
        int left = 0;
        int right = count - 1;
        int wanted = k - 1;
        while (left < right) {
            float pivot = median(values[left], values[(left + right) >>> 1], values[right]);
            int i = left;
            int j = right;
            while (i <= j) {
                while (values[i] > pivot) {
                    i++;
                }
                while (values[j] < pivot) {
                    j--;
                }
                if (i <= j) {
                    float swapped = values[i];
                    values[i++] = values[j];
                    values[j--] = swapped;
                }
            }
            if (wanted <= j) {
                right = j;
            } else if (wanted >= i) {
                left = i;
            } else {
                return values[wanted];
            }
        }
        return values[wanted];
    }

    /**
     * Ranks by score, lower index first among equals, and finds the first rank at which the cumulated weights reach a target.
     *
     * @param scores of count elements
     * @param weights of the same elements, growing with the score
     * @param order overwritten
     * @param count at least 1
     * @param target over 0
     * @return index of the element that reaches it; the last in rank if rounding keeps the sum below it
     */
    static int nucleusBorder(float[] scores, double[] weights, int[] order, int count, double target) {
        for (int i = 0; i < count; i++) {
            order[i] = i;
        }
        int left = 0;
        int right = count - 1;
        double above = 0;
        while (left < right) {
            int middle = partition(scores, order, left, right);
            double weight = 0;
            for (int i = left; i <= middle; i++) {
                weight += weights[order[i]];
            }
            if (above + weight >= target) {
                right = middle;
            } else {
                above += weight;
                left = middle + 1;
            }
        }
        return order[left];
    }

    /** Splits left..right so that all up to the returned place rank before all after it; both parts are non-empty. */
    private static int partition(float[] scores, int[] order, int left, int right) {
        int first = order[left];
        int second = order[(left + right) >>> 1];
        int third = order[right];
        int pivot;
        if (before(scores, first, second)) {
            pivot = before(scores, second, third) ? second : before(scores, first, third) ? third : first;
        } else {
            pivot = before(scores, first, third) ? first : before(scores, second, third) ? third : second;
        }
        int i = left - 1;
        int j = right + 1;
        while (true) {
            do {
                i++;
            } while (before(scores, order[i], pivot));
            do {
                j--;
            } while (before(scores, pivot, order[j]));
            if (i >= j) {
                return j;
            }
            int swapped = order[i];
            order[i] = order[j];
            order[j] = swapped;
        }
    }

    private static boolean before(float[] scores, int a, int b) {
        return scores[a] > scores[b] || (scores[a] == scores[b] && a < b);
    }

    private static float median(float a, float b, float c) {
        return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
    }
}
