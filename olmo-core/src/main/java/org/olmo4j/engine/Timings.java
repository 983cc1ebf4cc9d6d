package org.olmo4j.engine;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * When things happened, as time since the request was received; measured by the monotonic clock.
 *
 * @param received wall-clock time of submission
 * @param started it left the queue
 * @param firstToken its first token was drawn
 * @param ended its end event
 */
public record Timings(Instant received, Optional<Duration> started, Optional<Duration> firstToken, Duration ended) {}
