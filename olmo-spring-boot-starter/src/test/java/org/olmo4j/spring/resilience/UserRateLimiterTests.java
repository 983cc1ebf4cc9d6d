package org.olmo4j.spring.resilience;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.resilience4j.ratelimiter.RateLimiter;
import io.github.resilience4j.ratelimiter.RateLimiterConfig;
import io.github.resilience4j.ratelimiter.RateLimiterRegistry;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.olmo4j.engine.GenerationRequest;
import org.olmo4j.engine.Prompt;
import org.olmo4j.error.RateLimitExceededException;

@Timeout(20)
class UserRateLimiterTests {

    private static final Duration PERIOD = Duration.ofHours(1);
    private static final RateLimiterConfig TWO_AN_HOUR = RateLimiterConfig.custom()
            .limitForPeriod(2)
            .limitRefreshPeriod(PERIOD)
            .timeoutDuration(Duration.ZERO)
            .build();

    private final RateLimiterRegistry registry = RateLimiterRegistry.of(TWO_AN_HOUR);

    private static GenerationRequest from(@Nullable String user) {
        return GenerationRequest.builder(new Prompt.Text("Hello")).user(user).build();
    }

    private static void assertRefused(UserRateLimiter limiter, @Nullable String user) {
        assertThatThrownBy(() -> limiter.admit(from(user))).isInstanceOf(RateLimitExceededException.class);
    }

    @Test
    void limitsNothingUnlessTheRegistryHasALimiterForIt() {
        UserRateLimiter limiter = new UserRateLimiter(registry);
        registry.rateLimiter("another");

        assertThatCode(() -> {
                    for (int i = 0; i < 3; i++) {
                        limiter.admit(from("ada"));
                        limiter.admit(from(null));
                    }
                })
                .doesNotThrowAnyException();
    }

    @Test
    void everyUserHasTheLimit() {
        registry.rateLimiter("olmo");
        UserRateLimiter limiter = new UserRateLimiter(registry);

        limiter.admit(from("ada"));
        limiter.admit(from("ada"));
        assertRefused(limiter, "ada");

        limiter.admit(from("grace"));
        limiter.admit(from("grace"));
        assertRefused(limiter, "grace");
        assertThat(registry.getAllRateLimiters())
                .extracting(RateLimiter::getName)
                .containsExactly("olmo");
    }

    @Test
    void requestsWithoutAUserShareTheLimiterOfTheRegistry() {
        RateLimiter shared = registry.rateLimiter("olmo");
        UserRateLimiter limiter = new UserRateLimiter(registry);

        limiter.admit(from("ada"));
        assertThat(shared.getMetrics().getAvailablePermissions()).isEqualTo(2);
        limiter.admit(from(null));
        limiter.admit(from(null));

        assertThat(shared.getMetrics().getAvailablePermissions()).isZero();
        assertThatThrownBy(() -> limiter.admit(from(null)))
                .hasMessageStartingWith("The requests that name no user are limited to 2 in PT1H"
                        + " (resilience4j.ratelimiter.instances.olmo) together.");
    }

    @Test
    void aRefusalSaysWhenToTryAgainAndDoesNotNameTheUser() {
        registry.rateLimiter("olmo");
        UserRateLimiter limiter = new UserRateLimiter(registry);
        limiter.admit(from("ada"));
        limiter.admit(from("ada"));

        assertThatThrownBy(() -> limiter.admit(from("ada")))
                .isInstanceOfSatisfying(
                        RateLimitExceededException.class,
                        refusal -> assertThat(refusal.retryAfter()).isEqualTo(PERIOD))
                .hasMessage("The requests of a user are limited to 2 in PT1H (resilience4j.ratelimiter.instances.olmo)."
                        + " Retry after 3600 s, or raise the limit.");
    }

    @Test
    void permissionsThatWaitingRequestsHaveTakenDelayTheNextTry() {
        RateLimiter shared = registry.rateLimiter(
                "olmo",
                RateLimiterConfig.from(TWO_AN_HOUR)
                        .timeoutDuration(PERIOD.multipliedBy(2))
                        .build());
        UserRateLimiter limiter = new UserRateLimiter(registry);
        // As if four requests waited: those of this period are taken, and so are those of the next two.
        assertThat(shared.reservePermission(2)).isZero();
        assertThat(shared.reservePermission(2)).isPositive();
        assertThat(shared.reservePermission(2)).isPositive();

        assertThatThrownBy(() -> limiter.admit(from(null)))
                .isInstanceOfSatisfying(
                        RateLimitExceededException.class,
                        refusal -> assertThat(refusal.retryAfter()).isEqualTo(PERIOD.multipliedBy(3)));
    }

    @Test
    void anInterruptEndsTheWaitForAPermission() {
        registry.rateLimiter(
                "olmo",
                RateLimiterConfig.from(TWO_AN_HOUR).timeoutDuration(PERIOD).build());
        UserRateLimiter limiter = new UserRateLimiter(registry);
        limiter.admit(from("ada"));
        limiter.admit(from("ada"));

        Thread.currentThread().interrupt();

        assertRefused(limiter, "ada");
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void theUserSeenLongestAgoIsForgottenFirst() {
        registry.rateLimiter("olmo");
        UserRateLimiter limiter = new UserRateLimiter(registry, 2);
        limiter.admit(from("ada"));
        limiter.admit(from("grace"));
        limiter.admit(from("ada"));

        limiter.admit(from("edsger"));

        assertRefused(limiter, "ada");
        limiter.admit(from("grace"));
        limiter.admit(from("grace"));
        assertRefused(limiter, "grace");
    }
}
