package org.olmo4j.benchmark.load;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import org.olmo4j.benchmark.measure.BenchmarkException;
import org.olmo4j.benchmark.measure.Spread;
import org.olmo4j.engine.Engine;
import org.olmo4j.engine.FinishReason;
import org.olmo4j.engine.Generation;
import org.olmo4j.engine.GenerationEvent;
import org.olmo4j.engine.GenerationRequest;
import org.olmo4j.engine.GenerationResult;
import org.olmo4j.engine.Prompt;
import org.olmo4j.sampling.SamplingOptions;

/**
 * Lets callers, each a virtual thread, ask one engine at the same time. Prompts are random token ids: all begin alike as far as the plan says,
 * and no two have the rest in common. Answers have a fixed length.
 */
public final class LoadTest {

    private final Engine engine;
    private final LoadPlan plan;
    private final Consumer<String> progress;
    private final int[] sharedIds;

    /**
     * Prepares the prompts' common beginning.
     *
     * @param engine admits as many requests as there are callers
     * @param plan what they ask for
     * @param progress told one line for each run
     */
    public LoadTest(Engine engine, LoadPlan plan, Consumer<String> progress) {
        this.engine = engine;
        this.plan = plan;
        this.progress = progress;
        this.sharedIds = ids(new SplittableRandom(plan.seed()), plan.sharedTokens());
    }

    /**
     * Measures all numbers of callers in turn, and that as often as the plan says, so that a disturbance does not hit one number alone.
     *
     * @return a result for each number of callers, in the plan's order
     */
    public List<LoadResult> run() {
        Map<Integer, List<LoadRun>> runs = new LinkedHashMap<>();
        SplittableRandom random = new SplittableRandom(plan.seed() + 1);
        for (int repeat = -plan.warmUps(); repeat < plan.repeats(); repeat++) {
            for (int callers : plan.callers()) {
                LoadRun run = run(callers, random);
                progress.accept((repeat < 0 ? "warm-up" : "run " + (repeat + 1)) + ", " + callers + " callers: "
                        + Math.round(run.generatedTokensPerSecond()) + " tokens/s");
                if (repeat >= 0) {
                    runs.computeIfAbsent(callers, _ -> new ArrayList<>()).add(run);
                }
            }
        }
        List<Double> one = runs.getOrDefault(1, List.of()).stream()
                .map(LoadRun::generatedTokensPerSecond)
                .toList();
        OptionalDouble oneCaller = one.isEmpty()
                ? OptionalDouble.empty()
                : OptionalDouble.of(Spread.of(one).median());
        return runs.entrySet().stream()
                .map(entry -> LoadResult.of(entry.getKey(), entry.getValue(), oneCaller))
                .toList();
    }

    private LoadRun run(int callers, SplittableRandom random) {
        CountDownLatch start = new CountDownLatch(1);
        try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<CallerRun>> futures = new ArrayList<>();
            for (int caller = 0; caller < callers; caller++) {
                List<int[]> prompts = prompts(plan.requestsOfCaller(callers), random.split());
                Callable<CallerRun> task = () -> {
                    start.await();
                    return callerRun(prompts);
                };
                futures.add(executor.submit(task));
            }
            long begin = System.nanoTime();
            start.countDown();
            List<CallerRun> ended = new ArrayList<>();
            for (Future<CallerRun> future : futures) {
                ended.add(await(future));
            }
            return joined(begin, ended);
        }
    }

    /**
     * What one caller saw.
     *
     * @param startNanos of its first request
     * @param endNanos of its last
     * @param firstTokenSeconds of each request
     * @param results of each request
     */
    private record CallerRun(
            long startNanos, long endNanos, List<Double> firstTokenSeconds, List<GenerationResult> results) {}

    private CallerRun callerRun(List<int[]> prompts) throws InterruptedException {
        List<Double> firstTokens = new ArrayList<>();
        List<GenerationResult> results = new ArrayList<>();
        long start = System.nanoTime();
        for (int[] ids : prompts) {
            FirstToken first = new FirstToken(System.nanoTime());
            Generation generation = engine.submit(request(ids));
            GenerationResult result = generation.forEach(first);
            if (result.finishReason() != FinishReason.LENGTH) {
                throw new BenchmarkException(
                        "A generation of the load test ended by " + result.finishReason() + " after "
                                + result.usage().completionTokens() + " tokens (" + result.error() + ")",
                        "Ask for fewer callers or shorter prompts");
            }
            firstTokens.add(first.seconds());
            results.add(result);
        }
        return new CallerRun(start, System.nanoTime(), firstTokens, results);
    }

    /** Sees when the first token comes. */
    private static final class FirstToken implements Consumer<GenerationEvent> {

        private final long submittedNanos;
        private double seconds = Double.NaN;

        FirstToken(long submittedNanos) {
            this.submittedNanos = submittedNanos;
        }

        @Override
        public void accept(GenerationEvent event) {
            if (Double.isNaN(seconds)
                    && event instanceof GenerationEvent.Delta delta
                    && !delta.tokenIds().isEmpty()) {
                seconds = (System.nanoTime() - submittedNanos) / 1e9;
            }
        }

        double seconds() {
            return seconds;
        }
    }

    private static LoadRun joined(long begin, List<CallerRun> callers) {
        List<GenerationResult> results =
                callers.stream().flatMap(caller -> caller.results().stream()).toList();
        long end = callers.stream().mapToLong(CallerRun::endNanos).max().orElse(begin);
        return new LoadRun(
                (end - begin) / 1e9,
                results.stream()
                        .mapToLong(result -> result.usage().completionTokens())
                        .sum(),
                results.stream()
                        .mapToLong(result -> result.usage().promptTokens())
                        .sum(),
                results.stream()
                        .mapToLong(result -> result.usage().cachedPromptTokens())
                        .sum(),
                callers.stream()
                        .flatMap(caller -> caller.firstTokenSeconds().stream())
                        .toList(),
                callers.stream()
                        .map(caller -> (caller.endNanos() - caller.startNanos()) / 1e9)
                        .toList());
    }

    private GenerationRequest request(int[] ids) {
        return GenerationRequest.builder(new Prompt.Tokens(ids))
                .sampling(SamplingOptions.GREEDY)
                .maxTokens(plan.generatedTokens())
                .ignoreEndOfText(true)
                .build();
    }

    private List<int[]> prompts(int count, SplittableRandom random) {
        List<int[]> prompts = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int[] ids = ids(random, plan.promptTokens());
            System.arraycopy(sharedIds, 0, ids, 0, sharedIds.length);
            prompts.add(ids);
        }
        return prompts;
    }

    private int[] ids(SplittableRandom random, int count) {
        return random.ints(count, 0, engine.spec().vocabularySize()).toArray();
    }

    private static CallerRun await(Future<CallerRun> caller) {
        try {
            return caller.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BenchmarkException("The load test was interrupted", "Run it again", e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            throw new BenchmarkException("A caller failed: " + e.getCause(), "See the cause", e);
        }
    }
}
