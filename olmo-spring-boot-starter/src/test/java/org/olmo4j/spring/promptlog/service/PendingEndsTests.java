package org.olmo4j.spring.promptlog.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.olmo4j.engine.GenerationListener;
import org.olmo4j.spring.testing.Footprints;

@Timeout(60)
class PendingEndsTests {

    private final CompletableFuture<Void> kept = new CompletableFuture<>();
    private final PendingEnds ends = new PendingEnds();

    private void end() {
        GenerationListener listener = ends.counting((request, result) -> kept);
        var _ = listener.ended(Footprints.request("ada"), Footprints.result(Optional.empty()));
    }

    @Test
    void areWaitedForUntilTheyAreKept() {
        assertThat(ends.await(Duration.ZERO.plusMillis(500))).isTrue();
        end();
        assertThat(ends.await(Duration.ofMillis(20))).isFalse();

        Thread.ofVirtual().start(() -> kept.complete(null));

        assertThat(ends.await(Duration.ofSeconds(30))).isTrue();
    }

    @Test
    void areNotWaitedForWhenTheyFailed() {
        end();
        kept.completeExceptionally(new IllegalStateException("refused"));
        assertThat(ends.await(Duration.ofSeconds(30))).isTrue();
    }
}
