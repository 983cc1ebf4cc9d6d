package org.olmo4j.energy.carbon;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class LiveCarbonIntensityTest {

    private static final CarbonIntensity YEARLY = new CarbonIntensity(344, CarbonBasis.LOCATION_BASED, "DE", "yearly");
    private static final CarbonIntensity NOW = new CarbonIntensity(120, CarbonBasis.LOCATION_BASED, "DE", "windy");
    private static final Duration MINUTE = Duration.ofMinutes(1);

    private Callable<CarbonIntensity> question = () -> NOW;
    private long now = -5;
    private final LiveCarbonIntensity live = new LiveCarbonIntensity(() -> question.call(), YEARLY, () -> now);

    @AfterEach
    void close() {
        live.close();
    }

    @Test
    void beforeTheFirstAnswerTheFallbackHolds() {
        assertThat(live.current()).isEqualTo(YEARLY);
    }

    @Test
    void anAnswerHoldsForAnHour() throws InterruptedException {
        live.ask(MINUTE);
        assertThat(live.current()).isEqualTo(NOW);

        now += Duration.ofHours(1).toNanos();
        assertThat(live.current()).isEqualTo(NOW);
        now++;
        assertThat(live.current()).isEqualTo(YEARLY);
    }

    @Test
    void failuresLeaveTheLastAnswer() throws InterruptedException {
        live.ask(MINUTE);
        question = () -> {
            throw new IOException("HTTP 500");
        };
        live.ask(MINUTE);
        question = () -> new CarbonIntensity(-1, CarbonBasis.LOCATION_BASED, "DE", "garbage");
        live.ask(MINUTE);
        question = () -> new CarbonIntensity(7, CarbonBasis.MARKET_BASED, "DE", "of the other basis");
        live.ask(MINUTE);
        question = () -> null;
        live.ask(MINUTE);

        assertThat(live.current()).isEqualTo(NOW);
    }

    @Test
    void anAnswerThatDoesNotComeIsNoneAndIsGivenUp() throws InterruptedException {
        CountDownLatch interrupted = new CountDownLatch(1);
        question = () -> {
            try {
                Thread.sleep(MINUTE);
            } catch (InterruptedException given) {
                interrupted.countDown();
                throw given;
            }
            return NOW;
        };

        live.ask(Duration.ofMillis(1));

        interrupted.await();
        assertThat(live.current()).isEqualTo(YEARLY);
    }

    @Test
    @Timeout(60)
    void asksByItself() throws InterruptedException {
        try (LiveCarbonIntensity running = LiveCarbonIntensity.start(() -> NOW, YEARLY)) {
            while (!running.current().equals(NOW)) {
                Thread.sleep(1);
            }
        }
    }
}
