package org.olmo4j.spring.resilience;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreaker.State;
import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.olmo4j.error.OlmoException;
import org.olmo4j.spring.host.DeviceBreaker;
import org.olmo4j.spring.host.DeviceBreakers;

/**
 * Gives every device the registry's circuit breaker {@code olmo-} and the backend's name, such as {@code olmo-cuda}, which is configured, seen and
 * operated where the users of Resilience4j look for it. Calls are counted without their durations, since long answers are no sign of a slow device.
 * The breaker of a device that is lost to the process is forced open. Thread-safe.
 */
public final class CircuitBreakers implements DeviceBreakers {

    /** What the names of the breakers begin with. */
    public static final String PREFIX = "olmo-";

    private final CircuitBreakerRegistry registry;
    private final Map<String, DeviceBreaker> breakers = new ConcurrentHashMap<>();

    /**
     * Takes the breakers of a registry.
     *
     * @param registry asked once for each device
     */
    public CircuitBreakers(CircuitBreakerRegistry registry) {
        this.registry = registry;
    }

    @Override
    public DeviceBreaker breaker(String backend) {
        return breakers.computeIfAbsent(backend, name -> new Breaker(registry.circuitBreaker(PREFIX + name)));
    }

    private static final class Breaker implements DeviceBreaker {

        private final CircuitBreaker circuit;
        private final AtomicReference<@Nullable OlmoException> lostBy = new AtomicReference<>();
        private volatile long openedNanos = System.nanoTime();

        Breaker(CircuitBreaker circuit) {
            this.circuit = circuit;
            circuit.getEventPublisher().onStateTransition(event -> openedNanos = System.nanoTime());
        }

        @Override
        public boolean tryAcquire() {
            return circuit.tryAcquirePermission();
        }

        @Override
        public void succeeded() {
            circuit.onSuccess(0, TimeUnit.NANOSECONDS);
        }

        @Override
        public void failed(OlmoException error) {
            circuit.onError(0, TimeUnit.NANOSECONDS, error);
        }

        @Override
        public void released() {
            circuit.releasePermission();
        }

        @Override
        public void trip() {
            State state = circuit.getState();
            if (state == State.CLOSED || state == State.HALF_OPEN) {
                circuit.transitionToOpenState();
            }
        }

        @Override
        public void lost(OlmoException reason) {
            lostBy.compareAndSet(null, reason);
            if (circuit.getState() != State.FORCED_OPEN) {
                circuit.transitionToForcedOpenState();
            }
        }

        @Override
        public Optional<OlmoException> lostBy() {
            return Optional.ofNullable(lostBy.get());
        }

        @Override
        public boolean open() {
            State state = circuit.getState();
            return state == State.OPEN || state == State.FORCED_OPEN;
        }

        @Override
        public boolean closed() {
            return !open() && circuit.getState() != State.HALF_OPEN;
        }

        /** By the wait after the first opening: how often it has opened since it was closed is not told. */
        @Override
        public Optional<Duration> retryAfter() {
            if (!open()) {
                return Optional.of(Duration.ZERO);
            }
            long wait = circuit.getCircuitBreakerConfig()
                    .getWaitIntervalFunctionInOpenState()
                    .apply(1);
            if (circuit.getState() == State.FORCED_OPEN) {
                return Optional.of(Duration.ofMillis(wait));
            }
            Duration left = Duration.ofMillis(wait).minusNanos(System.nanoTime() - openedNanos);
            return Optional.of(left.isNegative() ? Duration.ZERO : left);
        }
    }
}
