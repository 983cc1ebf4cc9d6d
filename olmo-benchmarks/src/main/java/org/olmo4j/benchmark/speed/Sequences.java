package org.olmo4j.benchmark.speed;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.olmo4j.benchmark.measure.BenchmarkException;
import org.olmo4j.engine.Engine;
import org.olmo4j.engine.Generation;
import org.olmo4j.engine.GenerationRequest;
import org.olmo4j.engine.Prompt;
import org.olmo4j.sampling.SamplingOptions;

/** Runs some sequences with random prompts at once on an engine, and times their tokens. Used by one thread. */
final class Sequences {

    private final Engine engine;
    private final SplittableRandom random;

    Sequences(Engine engine, long seed) {
        this.engine = engine;
        this.random = new SplittableRandom(seed);
    }

    /**
     * From the submission of the first prompt to the first token after the last.
     *
     * @param count how many prompts at once
     * @param promptTokens of each
     * @return seconds
     */
    double prefillSeconds(int count, int promptTokens) {
        List<GenerationRequest> requests = requests(count, promptTokens, 1);
        long start = System.nanoTime();
        List<Generation> generations = requests.stream().map(engine::submit).toList();
        for (Generation generation : generations) {
            await(generation);
        }
        return (System.nanoTime() - start) / 1e9;
    }

    /**
     * The pace of decoding while all sequences decode.
     *
     * @param count how many sequences
     * @param promptTokens of each
     * @param generatedTokens over which the pace of each is taken
     * @param longestAnswer of each, in tokens
     * @return tokens a second, of all together
     */
    double decodeTokensPerSecond(int count, int promptTokens, int generatedTokens, int longestAnswer) {
        DecodePace pace = new DecodePace(count, generatedTokens, System::nanoTime);
        try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Double>> futures = new ArrayList<>();
            for (GenerationRequest request : requests(count, promptTokens, longestAnswer)) {
                Callable<Double> reader = () -> pace.follow(engine.submit(request));
                futures.add(executor.submit(reader));
            }
            double sum = 0;
            for (Future<Double> future : futures) {
                sum += await(future);
            }
            return sum;
        }
    }

    private List<GenerationRequest> requests(int count, int promptTokens, int longestAnswer) {
        List<GenerationRequest> requests = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int[] ids =
                    random.ints(promptTokens, 0, engine.spec().vocabularySize()).toArray();
            requests.add(GenerationRequest.builder(new Prompt.Tokens(ids))
                    .sampling(SamplingOptions.GREEDY)
                    .maxTokens(longestAnswer)
                    .ignoreEndOfText(true)
                    .build());
        }
        return requests;
    }

    private static void await(Generation generation) {
        try {
            generation.await();
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    private static double await(Future<Double> reader) {
        try {
            return reader.get();
        } catch (InterruptedException e) {
            throw interrupted(e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            throw new BenchmarkException("A sequence failed: " + e.getCause(), "See the cause", e);
        }
    }

    private static BenchmarkException interrupted(InterruptedException e) {
        Thread.currentThread().interrupt();
        return new BenchmarkException("The measurement was interrupted", "Run it again", e);
    }
}
