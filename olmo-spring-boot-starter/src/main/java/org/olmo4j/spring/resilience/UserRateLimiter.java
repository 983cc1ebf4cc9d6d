package org.olmo4j.spring.resilience;

import io.github.resilience4j.ratelimiter.RateLimiter;
import io.github.resilience4j.ratelimiter.RateLimiterConfig;
import io.github.resilience4j.ratelimiter.RateLimiterRegistry;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.olmo4j.engine.GenerationRequest;
import org.olmo4j.error.RateLimitExceededException;
import org.olmo4j.hash.Sha256;
import org.olmo4j.spring.host.RequestGate;

/**
 * Gives every user the limit of the registry's rate limiter {@value #NAME}; without one of this name, nothing is limited. Requests that name
 * no user share that limiter itself. A request takes one permission, whatever number of samples it asks for. It waits for it if
 * there will be one within the limiter's timeout, and is refused at once otherwise. Thread-safe.
 *
 * <p>The limiters of users are kept outside the registry, since everything in it is a meter, and only those of the users seen last: one who was
 * forgotten begins anew. A user's limit is the one that was set when the user's first request came.
 */
public final class UserRateLimiter implements RequestGate {

    /** The name of the rate limiter in the registry. */
    public static final String NAME = "olmo";

    private static final int MAX_USERS = 10_000;

    private final RateLimiterRegistry registry;
    private final Map<String, RateLimiter> users;

    /**
     * Limits by a registry.
     *
     * @param registry asked for the limiter {@value #NAME} with each request
     */
    public UserRateLimiter(RateLimiterRegistry registry) {
        this(registry, MAX_USERS);
    }

    UserRateLimiter(RateLimiterRegistry registry, int maxUsers) {
        this.registry = registry;
        this.users = new LinkedHashMap<>(16, 0.75f, true) {
            @Override
            protected boolean removeEldestEntry(Map.Entry<String, RateLimiter> eldest) {
                return size() > maxUsers;
            }
        };
    }

    /**
     * Takes a permission of the request's user.
     *
     * @param request what is asked
     * @throws RateLimitExceededException if there is none within the limiter's timeout, or the thread is interrupted while it waits; its
     *     interrupt flag stays set then
     */
    @Override
    public void admit(GenerationRequest request) {
        registry.find(NAME).ifPresent(shared -> {
            RateLimiter limiter = limiter(request.origin().user(), shared);
            // Not acquirePermission, which lets a request wait for the whole timeout even if it is to be refused.
            long waitNanos = limiter.reservePermission();
            if (waitNanos < 0 || !waited(waitNanos)) {
                throw refusal(request.origin().user(), limiter);
            }
        });
    }

    private RateLimiter limiter(@Nullable String user, RateLimiter shared) {
        if (user == null) {
            return shared;
        }
        synchronized (users) {
            // A hash is as long for every user, whatever a client calls itself.
            return users.computeIfAbsent(Sha256.hex(user), key -> RateLimiter.of(NAME, shared.getRateLimiterConfig()));
        }
    }

    private static boolean waited(long nanos) {
        try {
            TimeUnit.NANOSECONDS.sleep(nanos);
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** The user is not named: the message goes into logs. */
    private static RateLimitExceededException refusal(@Nullable String user, RateLimiter limiter) {
        RateLimiterConfig config = limiter.getRateLimiterConfig();
        String limit = config.getLimitForPeriod() + " in " + config.getLimitRefreshPeriod()
                + " (resilience4j.ratelimiter.instances.olmo)";
        return new RateLimitExceededException(
                user == null
                        ? "The requests that name no user are limited to " + limit + " together"
                        : "The requests of a user are limited to " + limit,
                untilPermitted(limiter, config));
    }

    /** At the latest: when the current period ends is not told. Requests that wait have taken permissions of the next ones. */
    private static Duration untilPermitted(RateLimiter limiter, RateLimiterConfig config) {
        int promised = Math.max(0, -limiter.getMetrics().getAvailablePermissions());
        return config.getLimitRefreshPeriod().multipliedBy(1 + promised / config.getLimitForPeriod());
    }
}
