package org.olmo4j.benchmark.load;

import java.util.List;
import java.util.OptionalDouble;
import org.olmo4j.benchmark.measure.Spread;

/**
 * What a number of callers got.
 *
 * @param callers at the same time
 * @param requests of all callers in one run
 * @param generatedTokensPerSecond of all callers together
 * @param ratioToOneCaller of the medians; empty if one caller was not measured
 * @param promptTokensPerSecond of all callers together, over the whole time of a run
 * @param firstTokenSecondsMedian of all requests of all runs
 * @param firstTokenSeconds99 below which 99 % of them stay
 * @param fairness the slowest caller's time over the quickest one's
 * @param cachedPromptShare of the prompts' tokens, how much came from the prefix cache; 0 to 1
 */
public record LoadResult(
        int callers,
        int requests,
        Spread generatedTokensPerSecond,
        OptionalDouble ratioToOneCaller,
        Spread promptTokensPerSecond,
        double firstTokenSecondsMedian,
        double firstTokenSeconds99,
        Spread fairness,
        double cachedPromptShare) {

    static LoadResult of(int callers, List<LoadRun> runs, OptionalDouble oneCaller) {
        Spread generated =
                Spread.of(runs.stream().map(LoadRun::generatedTokensPerSecond).toList());
        List<Double> firstTokens =
                runs.stream().flatMap(run -> run.firstTokenSeconds().stream()).toList();
        long prompts = runs.stream().mapToLong(LoadRun::promptTokens).sum();
        long cached = runs.stream().mapToLong(LoadRun::cachedPromptTokens).sum();
        return new LoadResult(
                callers,
                runs.getFirst().firstTokenSeconds().size(),
                generated,
                oneCaller.isPresent() ? OptionalDouble.of(generated.median() / oneCaller.getAsDouble()) : oneCaller,
                Spread.of(runs.stream().map(LoadRun::promptTokensPerSecond).toList()),
                Spread.percentile(firstTokens, 0.5),
                Spread.percentile(firstTokens, 0.99),
                Spread.of(runs.stream().map(LoadRun::unfairness).toList()),
                (double) cached / prompts);
    }
}
