package org.olmo4j.spring.promptlog.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class GuessesTests {

    private static final Instant START = Instant.parse("2026-11-25T12:00:00Z");

    private final Clock clock = mock(Clock.class);
    private final Guesses guesses = new Guesses(clock);

    @BeforeEach
    void start() {
        at(Duration.ZERO);
    }

    private void at(Duration later) {
        when(clock.instant()).thenReturn(START.plus(later));
    }

    private void take(int times) {
        for (int i = 0; i < times; i++) {
            guesses.take("eve");
        }
    }

    @Test
    void tenWrongOnesAreLookedAtAndNoOtherForAnHour() {
        take(10);
        at(Duration.ofMinutes(59));

        assertThatThrownBy(() -> guesses.take("eve"))
                .isInstanceOfSatisfying(
                        TooManyGuessesException.class,
                        refused -> assertThat(refused.retryAfter()).isEqualTo(Duration.ofMinutes(1)))
                .hasMessageContaining("after 1 minutes");
        assertThatCode(() -> guesses.take("ann")).doesNotThrowAnyException();
        at(Duration.ofMinutes(60));
        assertThatCode(() -> take(10)).doesNotThrowAnyException();
    }

    @Test
    void theSpanGoesAlongWithTime() {
        take(5);
        at(Duration.ofMinutes(30));
        take(5);
        at(Duration.ofMinutes(60));
        take(5);

        assertThatThrownBy(() -> guesses.take("eve")).isInstanceOf(TooManyGuessesException.class);
    }

    @Test
    void rightOnesCostNothing() {
        for (int i = 0; i < 100; i++) {
            guesses.take("ann");
            guesses.giveBack("ann");
        }
        assertThatCode(() -> guesses.take("ann")).doesNotThrowAnyException();
    }
}
