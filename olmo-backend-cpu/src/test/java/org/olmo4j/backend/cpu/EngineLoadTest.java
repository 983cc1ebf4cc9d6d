package org.olmo4j.backend.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.olmo4j.backend.LoadProgress;
import org.olmo4j.backend.LoadedModel;
import org.olmo4j.backend.conformance.RandomCheckpoint;
import org.olmo4j.backend.conformance.TestModels;
import org.olmo4j.backend.cpu.RandomRequests.Bits;
import org.olmo4j.checkpoint.TensorType;
import org.olmo4j.engine.Engine;
import org.olmo4j.engine.EngineOptions;
import org.olmo4j.engine.EngineStatus;
import org.olmo4j.engine.FinishReason;
import org.olmo4j.engine.Generation;
import org.olmo4j.engine.GenerationRequest;
import org.olmo4j.engine.GenerationResult;
import org.olmo4j.error.EngineBusyException;

/** Many callers on a small model of the CPU backend. Who has the arbiter holds the engine between two steps. */
@Timeout(300)
class EngineLoadTest {

    private static final int CANCELS = 50;

    private final RandomCheckpoint checkpoint = new RandomCheckpoint(TestModels.tiny(), TensorType.F32);
    private final LoadedModel model =
            new CpuBackendProvider().load(checkpoint, TestModels.options(2, 4 << 20, 256, 16), LoadProgress.NONE);
    private final AtomicLong steps = new AtomicLong();
    /** How many steps had run when a generation ended, by its id. */
    private final Map<String, Long> stepsAtEnd = new ConcurrentHashMap<>();

    private final Map<String, Long> stepsAtCancel = new ConcurrentHashMap<>();

    private @Nullable Engine started;

    private Engine start(EngineOptions.Builder options) {
        Engine engine = Engine.builder(model)
                .options(options.build())
                .stepObserver(step -> steps.incrementAndGet())
                .listeners(List.of((request, result) -> {
                    stepsAtEnd.put(result.id(), steps.get());
                    return CompletableFuture.completedFuture(null);
                }))
                .start();
        started = engine;
        return engine;
    }

    /** After a failure too: other tests look for threads that were left. */
    @AfterEach
    void close() {
        if (started != null) {
            started.close();
        }
        model.close();
        checkpoint.close();
    }

    @Test
    void twentyTimesTwoHundredCallersAtOnceNeverGetMorePlacesThanThereAre() throws Exception {
        Engine engine = start(EngineOptions.builder().maxRunning(2).maxQueued(64));
        List<Long> heap = new ArrayList<>();
        try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int round = 0; round < 20; round++) {
                callAtOnce(engine, callers, round);
                EngineStatus status = engine.status();
                assertThat(status.running() + status.queued()).isZero();
                assertThat(status.keyValueBlocksUsed()).isZero();
                stepsAtEnd.clear();
                heap.add(Memory.heapAfterCollection());
            }
        }
        assertThat(heap.getLast() - heap.get(4))
                .as("growth of the heap, of %s", heap)
                .isLessThan(2 << 20);
    }

    private void callAtOnce(Engine engine, ExecutorService callers, int round) throws Exception {
        CyclicBarrier together = new CyclicBarrier(200);
        List<Future<Generation>> calls = new ArrayList<>();
        List<Generation> admitted = new ArrayList<>();
        int refused = 0;
        model.arbiter().acquire();
        try {
            for (int i = 0; i < 200; i++) {
                GenerationRequest request =
                        RandomRequests.request(RandomRequests.ids(new Random(i), 1 + i % 50), 4, round);
                calls.add(callers.submit(() -> {
                    together.await(30, TimeUnit.SECONDS);
                    return engine.submit(request);
                }));
            }
            for (Future<Generation> call : calls) {
                try {
                    admitted.add(call.get(30, TimeUnit.SECONDS));
                } catch (ExecutionException e) {
                    assertThat(e.getCause())
                            .isInstanceOfSatisfying(
                                    EngineBusyException.class,
                                    busy -> assertThat(busy.retryAfter()).isPositive());
                    refused++;
                }
            }
            assertThat(engine.status().running() + engine.status().queued()).isEqualTo(66);
        } finally {
            model.arbiter().release();
        }
        assertThat(admitted).hasSize(66);
        assertThat(refused).isEqualTo(134);
        for (Generation generation : admitted) {
            assertThat(generation.await().tokenIds()).hasSize(4);
        }
    }

    @Test
    void fiftyCancelsOfEachKindFreeTheirPlaceWithinAStepAndLeaveRunningAnswersAsTheyAre() throws Exception {
        Engine engine = start(EngineOptions.builder()
                .maxRunning(3)
                .maxQueued(4)
                .prefillChunkTokens(16)
                .prefixCache(false));
        List<GenerationRequest> requests = RandomRequests.requests(6, 3);
        List<Bits> calm = new ArrayList<>();
        for (GenerationRequest request : requests) {
            calm.add(Bits.of(engine.submit(request).await()));
        }
        AtomicBoolean done = new AtomicBoolean();
        try (ExecutorService callers = Executors.newFixedThreadPool(2)) {
            List<Future<Integer>> streams = List.of(
                    callers.submit(stream(engine, requests, calm, 0, done)),
                    callers.submit(stream(engine, requests, calm, 1, done)));
            try {
                for (int i = 0; i < CANCELS; i++) {
                    cancelInPrefill(engine, i);
                    cancelInDecode(engine, i);
                    cancelInQueue(engine, i);
                }
            } finally {
                done.set(true);
            }
            for (Future<Integer> stream : streams) {
                assertThat(stream.get(30, TimeUnit.SECONDS))
                        .as("answers beside")
                        .isPositive();
            }
        }
        assertThat(engine.status().keyValueBlocksUsed()).isZero();
    }

    /** Takes one answer after the other, each of which is to be what it was when nobody was beside it. */
    private static Callable<Integer> stream(
            Engine engine, List<GenerationRequest> requests, List<Bits> calm, int first, AtomicBoolean done) {
        return () -> {
            int count = 0;
            while (!done.get()) {
                int which = (first + 2 * count++) % requests.size();
                assertThat(Bits.of(engine.submit(requests.get(which)).await()))
                        .as("answer %d of request %d", count, which)
                        .isEqualTo(calm.get(which));
            }
            return count;
        };
    }

    private static GenerationRequest longRequest(int seed) {
        return RandomRequests.request(RandomRequests.ids(new Random(seed), 600), 400, seed);
    }

    private void cancelInPrefill(Engine engine, int number) throws InterruptedException {
        Generation generation;
        model.arbiter().acquire();
        try {
            generation = engine.submit(longRequest(number));
            letThrough(3 + number % 5);
            cancel(generation);
        } finally {
            model.arbiter().release();
        }
        assertThat(endOf(generation).tokenIds()).isEmpty();
    }

    private void cancelInDecode(Engine engine, int number) throws InterruptedException {
        int[] prompt = RandomRequests.ids(new Random(number), 10);
        Generation generation;
        model.arbiter().acquire();
        try {
            generation = engine.submit(RandomRequests.request(prompt, 900, number));
            letThrough(5 + number % 5);
            cancel(generation);
        } finally {
            model.arbiter().release();
        }
        assertThat(endOf(generation).tokenIds()).hasSizeBetween(2, 899);
    }

    /** Three others come before it, so that it waits also when the two answers beside have just ended. */
    private void cancelInQueue(Engine engine, int number) throws InterruptedException {
        List<Generation> before = new ArrayList<>();
        Generation queued;
        model.arbiter().acquire();
        try {
            for (int i = 0; i < 3; i++) {
                before.add(engine.submit(longRequest(number)));
            }
            queued = engine.submit(longRequest(-number));
            letThrough(3 + number % 5);
            cancel(queued);
            before.forEach(this::cancel);
        } finally {
            model.arbiter().release();
        }
        assertThat(endOf(queued).timings().started()).isEmpty();
        List<GenerationResult> ends = new ArrayList<>();
        for (Generation generation : before) {
            ends.add(endOf(generation));
        }
        assertThat(ends.getFirst().timings().started()).isPresent();
    }

    /** Lets steps run; the caller has the arbiter, and has it again afterwards. */
    private void letThrough(int count) {
        long end = steps.get() + count;
        while (steps.get() < end) {
            // The engine, if it waits, is the next.
            model.arbiter().release();
            model.arbiter().acquire();
        }
    }

    private void cancel(Generation generation) {
        stepsAtCancel.put(generation.id(), steps.get());
        generation.cancel();
    }

    /** At most the step that was planned before the cancel runs before the end. */
    private GenerationResult endOf(Generation generation) throws InterruptedException {
        GenerationResult result = generation.await();
        assertThat(result.finishReason()).isEqualTo(FinishReason.CANCELLED);
        assertThat(stepsAtEnd.get(result.id()) - stepsAtCancel.get(result.id())).isLessThanOrEqualTo(1);
        return result;
    }
}
