package org.olmo4j.benchmark.accounting;

import java.util.List;
import org.olmo4j.benchmark.measure.Spread;

/**
 * What accounting for energy costs.
 *
 * @param tokensPerSecond of all callers with accounting
 * @param tokensPerSecondWithout of all callers without it
 * @param ratio of both, pair by pair
 * @param readerShareLoaded part of one processor that the thread takes which reads the meters, while requests run; 0.001 is 0.1 %
 * @param readerShareIdle the same while nothing runs
 * @param meters that are read
 */
public record AccountingCost(
        Spread tokensPerSecond,
        Spread tokensPerSecondWithout,
        Spread ratio,
        Spread readerShareLoaded,
        double readerShareIdle,
        List<String> meters) {

    /** Copies the list. */
    public AccountingCost {
        meters = List.copyOf(meters);
    }
}
