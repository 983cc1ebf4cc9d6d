package org.olmo4j.backend.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.olmo4j.Olmo;
import org.olmo4j.backend.Backends;
import org.olmo4j.backend.LoadProgress;
import org.olmo4j.backend.LoadedModel;
import org.olmo4j.backend.conformance.ModelDriver;
import org.olmo4j.backend.conformance.RandomCheckpoint;
import org.olmo4j.backend.conformance.TestModels;
import org.olmo4j.backend.cpu.kernel.KernelChoice;
import org.olmo4j.checkpoint.TensorType;
import org.olmo4j.engine.GenerationRequest;
import org.olmo4j.engine.Prompt;

/** The models of a JVM share the processor: whose turn it is, and the threads, which come with the first model and go with the last. */
@Timeout(120)
class SharedDeviceTest {

    private static final String LOCATION = "classpath:tiny-checkpoints/olmo2";
    private static final int ROUNDS = 200;

    private static Set<Thread> computeThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("olmo-compute-"))
                .collect(Collectors.toSet());
    }

    private static LoadedModel load(CpuBackendProvider provider, RandomCheckpoint checkpoint, int threads) {
        return provider.load(checkpoint, TestModels.options(threads, 1 << 20, 64, 4), LoadProgress.NONE);
    }

    private static int[] ids(int seed) {
        return new Random(seed).ints(40, 0, TestModels.tiny().vocabularySize()).toArray();
    }

    @Test
    void modelsLoadedApartHaveTheSameArbiter() {
        try (RandomCheckpoint checkpoint = new RandomCheckpoint(TestModels.tiny(), TensorType.F32);
                LoadedModel first =
                        load((CpuBackendProvider) Backends.discover().select("cpu"), checkpoint, 1);
                LoadedModel second =
                        load((CpuBackendProvider) Backends.discover().select("auto"), checkpoint, 2);
                LoadedModel apart = load(new CpuBackendProvider(), checkpoint, 1)) {
            assertThat(second.arbiter()).isSameAs(first.arbiter());
            assertThat(apart.arbiter()).isNotSameAs(first.arbiter());
        }
    }

    @Test
    void twoModelsComputeOnTheSameThreadsUntilTheLastIsClosed() {
        assertThat(computeThreads()).isEmpty();
        Olmo first = Olmo.builder(LOCATION).threads(3).load();
        Set<Thread> threads = computeThreads();
        assertThat(threads).hasSize(2);
        Olmo second = Olmo.builder(LOCATION).threads(3).load();
        assertThat(computeThreads()).isEqualTo(threads);
        List<Integer> answer = answer(second);
        assertThat(answer(first)).isEqualTo(answer);

        first.close();
        assertThat(computeThreads()).isEqualTo(threads);
        assertThat(answer(second)).isEqualTo(answer);

        first.close();
        assertThat(computeThreads()).isEqualTo(threads);

        second.close();
        assertThat(computeThreads()).isEmpty();
        assertThat(threads).noneMatch(Thread::isAlive);
    }

    private static List<Integer> answer(Olmo olmo) {
        return olmo.generate(GenerationRequest.builder(new Prompt.Tokens(new int[] {5, 17, 3, 40}))
                        .ignoreEndOfText(true)
                        .maxTokens(12)
                        .build())
                .tokenIds();
    }

    @Test
    void modelsWithOtherNumbersOfThreadsHavePoolsOfTheirOwn() {
        CpuBackendProvider provider = new CpuBackendProvider();
        try (RandomCheckpoint checkpoint = new RandomCheckpoint(TestModels.tiny(), TensorType.F32)) {
            LoadedModel four = load(provider, checkpoint, 4);
            LoadedModel two = load(provider, checkpoint, 2);
            LoadedModel one = load(provider, checkpoint, 1);
            assertThat(computeThreads()).hasSize(3 + 1);
            assertThat(two.arbiter()).isSameAs(four.arbiter());
            four.close();
            assertThat(computeThreads()).hasSize(1);
            two.close();
            assertThat(computeThreads()).isEmpty();
            one.close();
        }
    }

    /** The engine's loops take turns by the arbiter. Should somebody forget it, results are still right. */
    @Test
    void stepsOfTwoModelsAtOnceGiveTheSameBitsAsInTurn() throws Exception {
        CpuBackendProvider provider = new CpuBackendProvider();
        try (RandomCheckpoint checkpoint = new RandomCheckpoint(TestModels.tiny(), TensorType.BF16);
                ExecutorService callers = Executors.newFixedThreadPool(2)) {
            List<float[]> expected = List.of(logits(provider, checkpoint, 0, 1), logits(provider, checkpoint, 1, 1));
            CyclicBarrier together = new CyclicBarrier(2);
            List<Future<float[]>> results = List.of(0, 1).stream()
                    .map(seed -> callers.submit(() -> {
                        together.await();
                        return logits(provider, checkpoint, seed, 100);
                    }))
                    .toList();
            assertThat(results.get(0).get()).containsExactly(expected.get(0));
            assertThat(results.get(1).get()).containsExactly(expected.get(1));
        }
        assertThat(computeThreads()).isEmpty();
    }

    /** The last logits of a sequence, the same in each of some rounds. */
    private static float[] logits(CpuBackendProvider provider, RandomCheckpoint checkpoint, int seed, int rounds) {
        try (LoadedModel model = load(provider, checkpoint, 3);
                ModelDriver driver = new ModelDriver(model)) {
            ModelDriver.Sequence sequence = driver.new Sequence();
            float[] first = sequence.logits(ids(seed));
            for (int round = 1; round < rounds; round++) {
                sequence.rewind();
                float[] again = sequence.logits(ids(seed));
                assertThat(Arrays.equals(again, first)).as("round %d", round).isTrue();
            }
            return first;
        }
    }

    @Test
    void inTwoHundredRoundsOfTwoModelsThatComputeAndCloseNothingHangsAndNoThreadStays() throws Exception {
        CpuBackendProvider provider = new CpuBackendProvider();
        try (RandomCheckpoint checkpoint = new RandomCheckpoint(TestModels.tiny(), TensorType.F32);
                ExecutorService callers = Executors.newFixedThreadPool(2)) {
            float[] expected = logits(provider, checkpoint, 0, 1);
            for (int round = 0; round < ROUNDS; round++) {
                int stepsOfFirst = round % 4;
                int stepsOfSecond = round / 4 % 4;
                CyclicBarrier together = new CyclicBarrier(2);
                Future<?> first = callers.submit(run(together, provider, checkpoint, stepsOfFirst, expected));
                Future<?> second = callers.submit(run(together, provider, checkpoint, stepsOfSecond, expected));
                first.get(30, TimeUnit.SECONDS);
                second.get(30, TimeUnit.SECONDS);
                assertThat(computeThreads()).as("round %d", round).isEmpty();
            }
        }
    }

    /** Loads, computes and closes beside another thread that does the same: who is the first and who the last user of the pool varies. */
    private static Callable<?> run(
            CyclicBarrier together,
            CpuBackendProvider provider,
            RandomCheckpoint checkpoint,
            int steps,
            float[] expected) {
        return () -> {
            together.await(10, TimeUnit.SECONDS);
            try (LoadedModel model = load(provider, checkpoint, 3);
                    ModelDriver driver = new ModelDriver(model)) {
                for (int step = 0; step < steps; step++) {
                    assertThat(driver.new Sequence().logits(ids(0))).containsExactly(expected);
                }
            }
            return null;
        };
    }

    @Test
    void inTwoHundredRoundsOfAlternatingClosesTheOtherModelGoesOn() {
        CpuBackendProvider provider = new CpuBackendProvider();
        try (RandomCheckpoint checkpoint = new RandomCheckpoint(TestModels.tiny(), TensorType.F32)) {
            float[] expected = logits(provider, checkpoint, 0, 1);
            LoadedModel older = load(provider, checkpoint, 3);
            for (int round = 0; round < ROUNDS; round++) {
                LoadedModel newer = load(provider, checkpoint, 3);
                older.close();
                assertThat(computeThreads()).as("round %d", round).hasSize(2);
                try (ModelDriver driver = new ModelDriver(newer)) {
                    assertThat(driver.new Sequence().logits(ids(0))).containsExactly(expected);
                }
                older = newer;
            }
            older.close();
        }
        assertThat(computeThreads()).isEmpty();
    }

    @Test
    void leasesTakenAndGivenBackAtOnceComputeEveryPieceOnceAndLeaveNoThread() throws Exception {
        CpuDevice device = new CpuDevice(KernelChoice.scalar());
        try (ExecutorService callers = Executors.newFixedThreadPool(3)) {
            for (int round = 0; round < ROUNDS; round++) {
                CyclicBarrier together = new CyclicBarrier(3);
                Callable<?> caller = () -> {
                    together.await(10, TimeUnit.SECONDS);
                    try (CpuDevice.Lease lease = device.lease(4)) {
                        for (int loop = 0; loop < 5; loop++) {
                            AtomicIntegerArray runs = new AtomicIntegerArray(20);
                            lease.pool().run(runs.length(), (kernels, piece) -> runs.incrementAndGet(piece));
                            for (int piece = 0; piece < runs.length(); piece++) {
                                assertThat(runs.get(piece)).isEqualTo(1);
                            }
                        }
                        lease.close();
                    }
                    return null;
                };
                List<Future<?>> results =
                        List.of(callers.submit(caller), callers.submit(caller), callers.submit(caller));
                for (Future<?> result : results) {
                    result.get(30, TimeUnit.SECONDS);
                }
                assertThat(computeThreads()).as("round %d", round).isEmpty();
            }
        }
    }
}
