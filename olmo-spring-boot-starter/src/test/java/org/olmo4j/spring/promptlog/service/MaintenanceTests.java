package org.olmo4j.spring.promptlog.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.olmo4j.spring.promptlog.store.StoreException;
import org.olmo4j.spring.promptlog.store.StoreState;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

@Timeout(60)
@ExtendWith(OutputCaptureExtension.class)
class MaintenanceTests {

    private static final Duration SOON = Duration.ofMillis(5);
    private static final Duration NEVER = Duration.ofDays(1);

    @Test
    void theFirstRunComesSoonAndNotAfterAWholeInterval() throws Exception {
        CountDownLatch ran = new CountDownLatch(1);
        try (Maintenance maintenance = new Maintenance(1)) {
            maintenance.repeat("work", ran::countDown, NEVER, SOON);
            ran.await();
        }
    }

    @Test
    void aRunThatFailsIsToldOnceAndTriedAgain(CapturedOutput output) throws Exception {
        CountDownLatch succeeded = new CountDownLatch(1);
        AtomicInteger runs = new AtomicInteger();
        try (Maintenance maintenance = new Maintenance(1)) {
            maintenance.repeat(
                    "work",
                    () -> {
                        switch (runs.incrementAndGet()) {
                            case 1, 2, 3 -> throw new StoreException(StoreState.UNREACHABLE, "It is away", null);
                            case 4 -> throw new StackOverflowError("quoting a prompt");
                            default -> succeeded.countDown();
                        }
                    },
                    NEVER,
                    SOON);
            succeeded.await();
        }
        assertThat(output.getAll().lines().filter(line -> line.contains("It is away")))
                .hasSize(1);
        assertThat(output).contains("could not work", "StackOverflowError").doesNotContain("quoting");
    }

    @Test
    void closingInterruptsNobodyAndWaitsForWhatRuns() throws Exception {
        CountDownLatch running = new CountDownLatch(1);
        AtomicBoolean interrupted = new AtomicBoolean();
        AtomicBoolean ended = new AtomicBoolean();
        Maintenance maintenance = new Maintenance(2);
        maintenance.repeat("wait", () -> {}, NEVER, NEVER);
        maintenance.repeat(
                "work",
                () -> {
                    running.countDown();
                    while (!maintenance.isClosed()) {
                        Thread.onSpinWait();
                    }
                    try {
                        TimeUnit.MILLISECONDS.sleep(50);
                    } catch (InterruptedException e) {
                        interrupted.set(true);
                    }
                    ended.set(true);
                },
                NEVER,
                SOON);
        running.await();

        maintenance.close();

        assertThat(ended).isTrue();
        assertThat(interrupted).isFalse();
    }
}
