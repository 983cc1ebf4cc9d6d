package org.olmo4j.spring.host;

import java.time.Duration;
import java.time.Instant;
import org.olmo4j.engine.GenerationId;
import org.olmo4j.engine.GenerationRequest;

/**
 * Where a request begins, whatever attempts follow.
 *
 * @param id of the generation
 * @param received when
 * @param nanos the same, by the monotonic clock
 */
record RequestStart(String id, Instant received, long nanos) {

    /** Of a request that is received now. */
    static RequestStart now() {
        return new RequestStart(GenerationId.next(), Instant.now(), System.nanoTime());
    }

    RequestStart sample(int index) {
        return new RequestStart(GenerationId.ofSample(id, index), received, nanos);
    }

    Duration elapsed() {
        return Duration.ofNanos(System.nanoTime() - nanos);
    }

    GenerationRequest.Attempt attempt() {
        return new GenerationRequest.Attempt(id, received, elapsed());
    }
}
