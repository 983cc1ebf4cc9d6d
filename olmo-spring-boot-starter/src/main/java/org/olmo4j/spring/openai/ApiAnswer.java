package org.olmo4j.spring.openai;

import java.time.Duration;
import java.util.Optional;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** What a request is answered with. Its generations run already; whoever does not read the answer to its end cancels it. */
sealed interface ApiAnswer {

    /** Stops what still runs for this answer. Does nothing at its end. */
    void cancel();

    /** One JSON document, known at the end of the work. Never an error signal. */
    record Whole(Mono<Document> document, Runnable cancellation) implements ApiAnswer {
        @Override
        public void cancel() {
            cancellation.run();
        }
    }

    /** Server-sent events, ready to be written as they are. Never an error signal. */
    record Events(Flux<String> events, Runnable cancellation) implements ApiAnswer {
        @Override
        public void cancel() {
            cancellation.run();
        }
    }

    /** A JSON document with its HTTP status. */
    record Document(int status, String json, Optional<Duration> retryAfter) {

        static Document of(Object value) {
            return new Document(200, Json.write(value), Optional.empty());
        }

        static Document of(ApiError error) {
            return new Document(error.status(), Json.write(error.body()), error.retryAfter());
        }

        /** Seconds for the header Retry-After, at least 1. */
        Optional<String> retryAfterSeconds() {
            return retryAfter.map(
                    time -> Long.toString(Math.max(1, time.plusMillis(999).toSeconds())));
        }
    }

    static ApiAnswer of(Document document) {
        return new Whole(Mono.just(document), () -> {});
    }
}
