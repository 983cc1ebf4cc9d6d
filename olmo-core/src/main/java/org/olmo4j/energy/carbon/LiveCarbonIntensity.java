package org.olmo4j.energy.carbon;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks for the carbon intensity in the background, every quarter of an hour, and answers from memory. An answer that takes over two seconds,
 * fails or makes no sense is none; the last one holds for an hour, and then the fallback, such as a country's yearly average. Thread-safe.
 */
public final class LiveCarbonIntensity implements CarbonIntensitySource, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(LiveCarbonIntensity.class);
    private static final Duration PERIOD = Duration.ofMinutes(15);
    private static final Duration TIMEOUT = Duration.ofSeconds(2);
    private static final Duration VALID = Duration.ofHours(1);

    private final Callable<CarbonIntensity> question;
    private final CarbonIntensity fallback;
    private final LongSupplier nanoTime;
    private final ExecutorService asking = Executors.newSingleThreadExecutor(
            Thread.ofVirtual().name("olmo-carbon-question").factory());
    private final Thread thread = Thread.ofVirtual().name("olmo-carbon").unstarted(this::run);
    private volatile @Nullable Answer last;
    private volatile boolean failed;

    private record Answer(CarbonIntensity intensity, long nanos) {}

    /** For tests, which ask by hand and move the clock. */
    LiveCarbonIntensity(Callable<CarbonIntensity> question, CarbonIntensity fallback, LongSupplier nanoTime) {
        this.question = question;
        this.fallback = fallback;
        this.nanoTime = nanoTime;
    }

    /**
     * Begins to ask.
     *
     * @param question blocks until it has the answer, is interrupted or throws; limits what it reads
     * @param fallback holds while there is no answer; of the basis that the answers have to be of
     * @return running until it is closed
     */
    public static LiveCarbonIntensity start(Callable<CarbonIntensity> question, CarbonIntensity fallback) {
        LiveCarbonIntensity live = new LiveCarbonIntensity(question, fallback, System::nanoTime);
        live.thread.start();
        return live;
    }

    @Override
    public CarbonIntensity current() {
        Answer answer = last;
        return answer != null && nanoTime.getAsLong() - answer.nanos() <= VALID.toNanos()
                ? answer.intensity()
                : fallback;
    }

    private void run() {
        try {
            while (!Thread.currentThread().isInterrupted()) {
                ask(TIMEOUT);
                Thread.sleep(PERIOD);
            }
        } catch (InterruptedException closed) {
            Thread.currentThread().interrupt();
        }
    }

    /** Asks once and keeps the answer, if it is one. */
    void ask(Duration timeout) throws InterruptedException {
        Future<CarbonIntensity> future = asking.submit(question);
        try {
            CarbonIntensity intensity = future.get(timeout.toNanos(), TimeUnit.NANOSECONDS);
            if (intensity == null || intensity.basis() != fallback.basis()) {
                failed("The answer is " + intensity + " instead of one that is " + fallback.basis());
                return;
            }
            last = new Answer(intensity, nanoTime.getAsLong());
            failed = false;
        } catch (ExecutionException failure) {
            failed(String.valueOf(failure.getCause()));
        } catch (TimeoutException late) {
            failed("No answer within " + timeout.toMillis() + " ms");
        } finally {
            future.cancel(true);
        }
    }

    private void failed(String why) {
        if (!failed) {
            LOG.warn("Live carbon intensity: {}. The last answer holds for an hour, then {}", why, fallback);
        }
        failed = true;
    }

    /** Stops asking. */
    @Override
    public void close() {
        thread.interrupt();
        asking.shutdownNow();
    }
}
