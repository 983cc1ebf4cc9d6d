package org.olmo4j.spring.promptlog.redaction;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Whatever a redactor does, no text gets through that it did not return in time. */
@Timeout(60)
class GuardedRedactionTests {

    private static final Duration LIMIT = Duration.ofMillis(50);
    private static final Duration LONG = Duration.ofSeconds(30);
    private static final String SECRET = "the secret text";

    private static String reason(Redacted redacted) {
        assertThat(redacted).isInstanceOf(Redacted.Withheld.class);
        String reason = ((Redacted.Withheld) redacted).reason();
        assertThat(reason).doesNotContain(SECRET);
        return reason;
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        boolean done = false;
        while (!done) {
            try {
                latch.await();
                done = true;
            } catch (InterruptedException e) {
                // As a loop that never looks.
            }
        }
    }

    private static void awaitNoneHanging(GuardedRedaction redaction) {
        while (redaction.hanging() > 0) {
            Thread.onSpinWait();
        }
    }

    @Test
    void givesWhatTheRedactorReturns() {
        try (GuardedRedaction redaction = new GuardedRedaction(text -> text.replace("secret", "[X]"), LONG, 2)) {
            assertThat(redaction.redact(SECRET)).isEqualTo(new Redacted.Text("the [X] text"));
            assertThat(redaction.withheld()).isZero();
        }
    }

    @Test
    void aRedactorIsGuardedWhileItWarmsUp() {
        AtomicInteger calls = new AtomicInteger();
        Redactor broken = text -> {
            calls.incrementAndGet();
            throw new StackOverflowError(text);
        };
        try (GuardedRedaction redaction = new GuardedRedaction(broken, LIMIT, 2)) {
            assertThat(redaction.warmUp()).isFalse();
            assertThat(calls).as("ends with the first failure").hasValue(1);
            assertThat(redaction.withheld()).as("no text of anybody").isZero();
            assertThat(redaction.hanging()).isZero();
        }
        try (GuardedRedaction redaction = new GuardedRedaction(text -> text.repeat(1), LIMIT, 2)) {
            assertThat(redaction.warmUp()).isTrue();
        }
    }

    @Test
    void aWarmUpThatHangsHoldsUpNoText() {
        CountDownLatch never = new CountDownLatch(1);
        CountDownLatch hangs = new CountDownLatch(1);
        Redactor hanging = text -> {
            if (!text.equals(SECRET)) {
                hangs.countDown();
                awaitUninterruptibly(never);
            }
            return "[X]";
        };
        try (GuardedRedaction redaction = new GuardedRedaction(hanging, LONG, 2)) {
            Thread warmUp = Thread.ofVirtual().start(redaction::warmUp);
            awaitUninterruptibly(hangs);

            assertThat(redaction.redact(SECRET)).isEqualTo(new Redacted.Text("[X]"));
            never.countDown();
            assertThat(warmUp).isNotNull();
        }
    }

    @Test
    void withholdsWhatARedactorThrowsOverAHundredTimes() {
        AtomicInteger calls = new AtomicInteger();
        Redactor throwing = text -> {
            if (calls.incrementAndGet() % 2 == 0) {
                throw new IllegalStateException("cannot redact " + text);
            }
            throw new StackOverflowError(text);
        };
        try (GuardedRedaction redaction = new GuardedRedaction(throwing, LONG, 2)) {
            for (int i = 0; i < 100; i++) {
                assertThat(reason(redaction.redact(SECRET)))
                        .isEqualTo("the redactor threw java.lang."
                                + (i % 2 == 0 ? "StackOverflowError" : "IllegalStateException"));
            }
            assertThat(calls).hasValue(100);
            assertThat(redaction.withheld()).isEqualTo(100);
            assertThat(redaction.hanging()).isZero();
        }
    }

    @Test
    void withholdsATextForWhichNullIsReturned() {
        try (GuardedRedaction redaction = new GuardedRedaction(text -> null, LONG, 2)) {
            assertThat(reason(redaction.redact(SECRET))).contains("null");
        }
    }

    @Test
    void withholdsAHundredTextsThatHangWithNoMoreThreadsThanItHas() {
        CountDownLatch end = new CountDownLatch(1);
        AtomicInteger running = new AtomicInteger();
        Redactor hanging = text -> {
            running.incrementAndGet();
            awaitUninterruptibly(end);
            return text;
        };
        try (GuardedRedaction redaction = new GuardedRedaction(hanging, LIMIT, 3)) {
            for (int i = 0; i < 3; i++) {
                assertThat(reason(redaction.redact(SECRET))).contains("50 ms");
            }
            for (int i = 3; i < 100; i++) {
                assertThat(reason(redaction.redact(SECRET))).isEqualTo("all 3 threads of the redactor hang");
            }
            assertThat(running).hasValue(3);
            assertThat(redaction.hanging()).isEqualTo(3);
            assertThat(redaction.withheld()).isEqualTo(100);
            end.countDown();
            awaitNoneHanging(redaction);
        }
    }

    @Test
    void serves100CallersAtOnceThatHangWithNoMoreThreadsThanItHas() {
        CountDownLatch end = new CountDownLatch(1);
        AtomicInteger running = new AtomicInteger();
        Redactor hanging = text -> {
            running.incrementAndGet();
            awaitUninterruptibly(end);
            return text;
        };
        try (GuardedRedaction redaction = new GuardedRedaction(hanging, LIMIT, 3);
                ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            List<CompletableFuture<Redacted>> calls = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                calls.add(CompletableFuture.supplyAsync(() -> redaction.redact(SECRET), callers));
            }
            calls.forEach(call -> reason(call.join()));
            assertThat(running.get()).isLessThanOrEqualTo(3);
            end.countDown();
        }
    }

    @Test
    void goesOnWhenThreadsComeBack() {
        CountDownLatch end = new CountDownLatch(1);
        Redactor hanging = text -> {
            if (text.equals(SECRET)) {
                awaitUninterruptibly(end);
            }
            return text;
        };
        try (GuardedRedaction redaction = new GuardedRedaction(hanging, LIMIT, 2)) {
            reason(redaction.redact(SECRET));
            reason(redaction.redact(SECRET));
            end.countDown();
            awaitNoneHanging(redaction);
            Redacted redacted = redaction.redact("harmless");
            for (int attempt = 0; attempt < 100 && !(redacted instanceof Redacted.Text); attempt++) {
                // A machine that is busy may need more than the limit.
                redacted = redaction.redact("harmless");
            }
            assertThat(redacted).isEqualTo(new Redacted.Text("harmless"));
        }
    }

    @Test
    void interruptsWhatIsLate() {
        CountDownLatch never = new CountDownLatch(1);
        CompletableFuture<Boolean> interrupted = new CompletableFuture<>();
        Redactor sleeping = text -> {
            try {
                never.await();
            } catch (InterruptedException e) {
                interrupted.complete(true);
            }
            return text;
        };
        try (GuardedRedaction redaction = new GuardedRedaction(sleeping, LIMIT, 1)) {
            reason(redaction.redact(SECRET));

            assertThat(interrupted.join()).isTrue();
            awaitNoneHanging(redaction);
        }
    }

    @Test
    void withholdsTheTextOfACallerThatIsInterruptedAndOfOneThatComesAfterTheEnd() {
        GuardedRedaction redaction = new GuardedRedaction(text -> text, LONG, 1);
        Thread.currentThread().interrupt();

        assertThat(reason(redaction.redact(SECRET))).isEqualTo("interrupted");
        assertThat(Thread.interrupted()).isTrue();
        redaction.close();
        assertThat(reason(redaction.redact(SECRET))).isEqualTo("no thread for the redactor");
    }

    @Test
    void refusesLimitsThatMakeNoSense() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new GuardedRedaction(text -> text, Duration.ZERO, 1))
                .withMessageContaining("limit");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new GuardedRedaction(text -> text, LIMIT, 0))
                .withMessageContaining("threads");
    }
}
