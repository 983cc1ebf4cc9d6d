package org.olmo4j.spring.openai;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import reactor.core.publisher.Flux;

/** The text of a stream of events as OpenAI's clients read it. */
final class ServerSentEvents {

    static final String DONE = "data: [DONE]\n\n";

    /** A comment: clients skip it; writing it shows whether the client is still there. */
    static final String HEARTBEAT = ": waiting\n\n";

    private static final int TICKS_PER_INTERVAL = 4;

    private ServerSentEvents() {}

    /** An event with a JSON object. Many clients expect the blank after the colon. */
    static String data(Object value) {
        return "data: " + Json.write(value) + "\n\n";
    }

    /** The same events, and a heartbeat whenever there was none for the interval (seen up to a quarter of it later). */
    static Flux<String> withHeartbeats(Flux<String> events, Duration interval) {
        return Flux.defer(() -> {
            AtomicLong lastSent = new AtomicLong(System.nanoTime());
            return events.publish(shared -> Flux.merge(
                            shared,
                            Flux.interval(interval.dividedBy(TICKS_PER_INTERVAL))
                                    .onBackpressureDrop()
                                    .filter(tick -> System.nanoTime() - lastSent.get() >= interval.toNanos())
                                    .map(tick -> HEARTBEAT)
                                    .takeUntilOther(shared.ignoreElements().onErrorComplete())))
                    .doOnNext(event -> lastSent.set(System.nanoTime()));
        });
    }
}
