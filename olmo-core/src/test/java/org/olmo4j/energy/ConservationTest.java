package org.olmo4j.energy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever runs at once, what requests are given, what is idle and what is nobody's add up to the counter to the microjoule. */
class ConservationTest {

    private static final int REQUESTS = 1_000;
    private static final long PERIOD_NANOS = 100_000_000;

    private final Random random = new Random(2026);
    private final FakeMeter processor = FakeMeter.processor();
    private final Map<String, CompletableFuture<RequestEnergy>> results = new HashMap<>();
    private long now = 1_000_000_000;
    private long nextSample = now;
    private boolean failed;
    private final EnergyAccounting accounting =
            new EnergyAccounting(new FoundMeters(List.of(processor), List.of()), () -> now, 100_000);

    @ParameterizedTest
    @ValueSource(ints = {1, 4, 32, 100})
    void requestsIdleAndUnattributedAddUpToTheMeter(int concurrent) {
        // Just below the wrap, so that the counter wraps on the way.
        processor.use(FakeMeter.WRAP - 1_000_000_000);
        long before = processor.total();
        StepObserver observer =
                accounting.observer("cpu", new WorkCost(List.of(new WorkCost.ContextCost(OptionalInt.empty(), 1e-4))));
        accounting.sample();
        List<Request> running = new ArrayList<>();
        int started = 0;
        while (started < REQUESTS || !running.isEmpty()) {
            if (random.nextInt(20) == 0) {
                pass(random.nextLong(3 * PERIOD_NANOS), 20);
            }
            while (started < REQUESTS && running.size() < concurrent) {
                running.add(new Request("request-" + started++, 1 + random.nextInt(600), 1 + random.nextInt(40)));
            }
            step(observer, running);
            running.removeIf(request -> {
                if (request.answerLeft == 0) {
                    results.put(request.id, accounting.ended(request.id).toCompletableFuture());
                }
                return request.answerLeft == 0;
            });
        }
        pass(PERIOD_NANOS, 20);
        accounting.sample();

        EnergyReport.MeterReport meter = accounting.report().meters().getFirst();
        assertThat(meter.counted()).isEqualTo(processor.total() - before);
        assertThat(results).hasSize(REQUESTS);
        long requests = results.values().stream()
                .mapToLong(result -> result.join().full().orElseThrow().microjoules())
                .sum();
        long active = results.values().stream()
                .mapToLong(result -> result.join().active().orElseThrow().microjoules())
                .sum();
        assertThat(requests + meter.idle() + meter.unattributed()).isEqualTo(processor.total() - before);
        assertThat(active).isEqualTo(meter.active());
        assertThat(requests - active).isEqualTo(meter.idleShared());
        assertThat(results.values())
                .allMatch(result -> result.join().missing().isEmpty())
                .allMatch(result -> result.join().active().orElseThrow().microjoules() > 0);
        assertThat(meter.missingReadings()).isPositive();
        assertThat(meter.rejectedReadings()).isZero();
    }

    /** One prompt chunk of 256 tokens at most, and a token for every request whose prompt is done; 5 to 35 ms at about 200 W. */
    private void step(StepObserver observer, List<Request> running) {
        List<StepRecord.Work> work = new ArrayList<>();
        int promptTokens = 256;
        for (Request request : running) {
            int chunk = Math.min(promptTokens, request.promptLeft);
            if (request.promptLeft == 0) {
                request.answerLeft--;
                work.add(new StepRecord.Work(request.id, 0, 1, ++request.context));
            } else if (chunk > 0) {
                request.promptLeft -= chunk;
                request.context += chunk;
                promptTokens -= chunk;
                work.add(new StepRecord.Work(request.id, chunk, 0, request.context));
            }
        }
        long start = now;
        observer.begins(start, work);
        pass(5_000_000 + random.nextLong(30_000_000), 200);
        observer.ran(new StepRecord(start, now, work));
    }

    /** Time passes at some power, and the meters are read whenever their time has come, also in the middle of a step. */
    private void pass(long nanos, long watts) {
        long end = now + nanos;
        while (nextSample < end) {
            advance(nextSample - now, watts);
            processor.show(0.5 + random.nextDouble() / 2);
            if (!failed && random.nextInt(10) == 0) {
                processor.fail("ENODATA");
            }
            failed = processor.read() instanceof MeterReading.Missing;
            accounting.sample();
            nextSample += PERIOD_NANOS;
        }
        advance(end - now, watts);
    }

    private void advance(long nanos, long watts) {
        now += nanos;
        processor.use(watts * nanos / 1_000 + random.nextLong(1_000));
    }

    private static final class Request {
        private final String id;
        private int promptLeft;
        private int answerLeft;
        private int context;

        Request(String id, int promptLeft, int answerLeft) {
            this.id = id;
            this.promptLeft = promptLeft;
            this.answerLeft = answerLeft;
        }
    }
}
