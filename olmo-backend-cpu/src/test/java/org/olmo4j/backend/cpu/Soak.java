package org.olmo4j.backend.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.olmo4j.backend.LoadProgress;
import org.olmo4j.backend.conformance.RandomCheckpoint;
import org.olmo4j.backend.conformance.TestModels;
import org.olmo4j.checkpoint.TensorType;
import org.olmo4j.engine.Engine;
import org.olmo4j.engine.EngineOptions;
import org.olmo4j.engine.EngineStatus;
import org.olmo4j.engine.FinishReason;
import org.olmo4j.engine.GenerationRequest;
import org.olmo4j.engine.GenerationResult;
import org.olmo4j.error.GenerationFailedException;
import org.slf4j.LoggerFactory;

/**
 * An engine on the CPU backend under {@link SoakCaller}s of every kind, on a device that fails now and then, with a cache so small that
 * requests are preempted. Main class of a child JVM, which ends with an exception if an answer is wrong, an end is missing or comes
 * twice, or something is left behind.
 */
final class Soak implements AutoCloseable {

    static final int QUEUE = 10;

    private static final int RUNNING = 6;
    private static final int CALLERS = 12;
    private static final int PARTS = 5;
    private static final int TEMPLATES = 24;
    private static final long MEBIBYTE = 1 << 20;

    private final RandomCheckpoint checkpoint = new RandomCheckpoint(TestModels.tiny(), TensorType.F32);
    private final FaultyModel model;
    private final Engine engine;
    private final List<SoakTemplate> templates;
    /** How often each end was told that no caller has seen yet. */
    private final Map<String, Integer> ends = new ConcurrentHashMap<>();

    private final Map<FinishReason, LongAdder> reasons = new EnumMap<>(FinishReason.class);
    private final LongAdder refusals = new LongAdder();
    private final LongAdder refusalsTold = new LongAdder();

    private Soak() throws InterruptedException {
        CpuBackendProvider provider = new CpuBackendProvider();
        for (FinishReason reason : FinishReason.values()) {
            reasons.put(reason, new LongAdder());
        }
        // 14 blocks in each cache group: every request fits, and hardly two of them at once.
        model = new FaultyModel(provider.load(
                checkpoint, TestModels.options(2, 14 * (2L * 2 * 2 * 16 * 32 * 4), 64, 8), LoadProgress.NONE));
        Engine.ModelText text = new Engine.ModelText(new AsciiTokenizer(), new NoTemplate());
        try (Engine calm = Engine.builder(model)
                .text(text)
                .options(EngineOptions.builder().prefixCache(false).build())
                .start()) {
            templates = SoakTemplate.templates(calm, TEMPLATES);
        }
        engine = Engine.builder(model)
                .text(text)
                .options(EngineOptions.builder()
                        .maxRunning(RUNNING)
                        .maxQueued(QUEUE)
                        .prefillChunkTokens(48)
                        .stepTimeBudget(Duration.ofMillis(5))
                        .releaseTimeout(Duration.ofMillis(20))
                        .build())
                .listeners(List.of(this::told))
                .start();
    }

    Engine engine() {
        return engine;
    }

    List<SoakTemplate> templates() {
        return templates;
    }

    /** Of the listeners of the world some are late, some fail, some never answer. */
    private CompletionStage<?> told(GenerationRequest request, GenerationResult result) {
        if (result.finishReason() == FinishReason.REFUSED
                || result.finishReason() == FinishReason.FAILED
                        && !(result.error() instanceof GenerationFailedException)) {
            refusalsTold.increment();
        } else {
            ends.merge(result.id(), 1, Integer::sum);
        }
        return switch (Math.floorMod(result.id().hashCode(), 100)) {
            case 0 -> new CompletableFuture<>();
            case 1 -> CompletableFuture.failedFuture(new IllegalStateException("a listener that fails"));
            case 2 -> throw new IllegalStateException("a listener that throws");
            case 3, 4, 5 -> new CompletableFuture<Void>().completeOnTimeout(null, 2, TimeUnit.MILLISECONDS);
            default -> CompletableFuture.completedFuture(null);
        };
    }

    /** A caller was told no. */
    void refused() {
        refusals.increment();
    }

    /** A caller has seen an end: it is the only one, and what was generated up to there is what is generated calmly. */
    void ended(GenerationResult result, SoakTemplate template, int sample) {
        assertThat(ends.remove(result.id())).as("ends of %s", result).isEqualTo(1);
        reasons.get(result.finishReason()).increment();
        GenerationResult calm = template.calm().get(sample);
        int length = result.tokenIds().size();
        assertThat(length).isLessThanOrEqualTo(calm.tokenIds().size());
        assertThat(result.tokenIds()).isEqualTo(calm.tokenIds().subList(0, length));
        assertThat(result.logProbabilities()).isEqualTo(calm.logProbabilities().subList(0, length));
        if (result.finishReason() == FinishReason.STOP || result.finishReason() == FinishReason.LENGTH) {
            assertThat(result.finishReason()).isEqualTo(calm.finishReason());
            assertThat(result.text()).isEqualTo(calm.text());
            assertThat(length).isEqualTo(calm.tokenIds().size());
        }
        if (result.finishReason() == FinishReason.FAILED) {
            assertThat(result.error()).hasMessageContaining("This is a test");
        }
    }

    /** A caller has given up, so that nobody sees the end. */
    void endedUnseen(String id) throws InterruptedException {
        while (!ends.containsKey(id)) {
            Thread.sleep(1);
        }
        assertThat(ends.remove(id)).isEqualTo(1);
    }

    /**
     * Memory and threads when nothing runs.
     *
     * @param heap bytes of live objects
     * @param arenas bytes
     * @param resident bytes; 0 where the system does not say
     * @param threads of the platform
     */
    private record Figures(long heap, long arenas, long resident, int threads) {

        static Figures now() throws Exception {
            long heap = Memory.heapAfterCollection();
            return new Figures(
                    heap,
                    Memory.arenas(),
                    Memory.resident().orElse(0),
                    ManagementFactory.getThreadMXBean().getThreadCount());
        }
    }

    private Figures part(ExecutorService threads, int part, int requests, int seconds) throws Exception {
        model.setFaulty(true);
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        List<Future<Void>> callers = new ArrayList<>();
        try (ExecutorService virtual = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < CALLERS; i++) {
                ExecutorService executor = i % 2 == 0 ? threads : virtual;
                callers.add(executor.submit(new SoakCaller(this, part * CALLERS + i, requests, end)));
            }
            for (Future<Void> caller : callers) {
                caller.get();
            }
        }
        model.setFaulty(false);
        requireIdle();
        // And it still answers as it did.
        for (SoakTemplate template : templates) {
            ended(engine.submit(template.request()).await(), template, 0);
        }
        requireIdle();
        return Figures.now();
    }

    private void requireIdle() throws InterruptedException {
        assertThat(engine.drain(Duration.ofMinutes(1))).isTrue();
        EngineStatus status = engine.status();
        assertThat(status.running() + status.queued() + status.keyValueBlocksUsed())
                .as("%s", status)
                .isZero();
        assertThat(status.failure()).isNull();
        assertThat(ends).isEmpty();
        assertThat(refusalsTold.sum()).isEqualTo(refusals.sum());
        engine.resume();
    }

    @Override
    public void close() {
        engine.close();
        model.close();
        checkpoint.close();
    }

    /**
     * Main class of a child JVM.
     *
     * @param arguments requests of each caller in a part, at least; seconds of a part, at least
     */
    public static void main(String[] arguments) throws Exception {
        ((Logger) LoggerFactory.getLogger("org.olmo4j")).setLevel(Level.OFF);
        int requests = Integer.parseInt(arguments[0]);
        int seconds = Integer.parseInt(arguments[1]);
        List<Figures> figures = new ArrayList<>();
        try (Soak soak = new Soak();
                ExecutorService threads = Executors.newFixedThreadPool(CALLERS / 2)) {
            for (int part = 0; part < PARTS; part++) {
                figures.add(soak.part(threads, part, requests, seconds));
                System.out.println(figures.getLast());
            }
            System.out.println(soak.reasons + ", refused before: " + soak.refusals + ", " + soak.engine.status());
            soak.requireAllKindsOfEnds();
        }
        requireFlat(figures.get(1), figures.getLast());
        assertThat(Thread.getAllStackTraces().keySet())
                .noneMatch(thread -> thread.getName().startsWith("olmo-"));
    }

    private void requireAllKindsOfEnds() {
        EngineStatus status = engine.status();
        for (FinishReason reason : List.of(
                FinishReason.STOP,
                FinishReason.LENGTH,
                FinishReason.CANCELLED,
                FinishReason.DEADLINE,
                FinishReason.FAILED)) {
            assertThat(reasons.get(reason).sum()).as("%s", reason).isPositive();
        }
        assertThat(refusals.sum()).isPositive();
        assertThat(status.preemptions()).isPositive();
        assertThat(status.promptTokensCached()).isPositive();
        assertThat(status.releaseTimeouts()).isPositive();
    }

    /** The first part loads classes and takes memory that is kept; compiled code grows a while longer, which the resident size shows. */
    private static void requireFlat(Figures second, Figures last) {
        assertThat(last.heap - second.heap).as("growth of the heap").isLessThan(2 * MEBIBYTE);
        assertThat(last.arenas - second.arenas).as("growth of native memory").isLessThan(MEBIBYTE / 4);
        assertThat(last.resident - second.resident)
                .as("growth of the resident size")
                .isLessThan(48 * MEBIBYTE);
        assertThat(last.threads).as("threads").isLessThanOrEqualTo(second.threads + 2);
    }
}
