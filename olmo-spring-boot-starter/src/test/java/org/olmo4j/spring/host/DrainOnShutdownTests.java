package org.olmo4j.spring.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.olmo4j.spring.testing.ScriptedEngine;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.SmartLifecycle;

@ExtendWith(OutputCaptureExtension.class)
class DrainOnShutdownTests {

    private final ScriptedEngine first = ScriptedEngine.withoutTokenizer();
    private final ScriptedEngine second = ScriptedEngine.withoutTokenizer();

    private DrainOnShutdown drain(Duration timeout) {
        HostOptions options = new HostOptions(
                Duration.ofSeconds(10), Duration.ZERO, timeout, List.of(), List.of(), DeviceBreakers.NONE);
        return new DrainOnShutdown(List.of(
                HostedModel.start("first", new ScriptedLoader(first), options),
                HostedModel.start("second", new ScriptedLoader(second), options)));
    }

    @Test
    void waitsForTheRequestsOfAllModelsAtOnce(CapturedOutput output) {
        DrainOnShutdown drain = drain(Duration.ofSeconds(30));
        drain.start();

        drain.stop();

        assertThat(drain.isRunning()).isFalse();
        assertThat(first.drains()).hasSize(2).first().isEqualTo(Duration.ZERO);
        assertThat(second.drains()).hasSize(2).first().isEqualTo(Duration.ZERO);
        assertThat(second.drains().getLast()).isPositive().isLessThanOrEqualTo(Duration.ofSeconds(30));
        assertThat(output).doesNotContain("cancelled");
    }

    @Test
    void tellsWhatIsCancelled(CapturedOutput output) {
        first.busy();
        DrainOnShutdown drain = drain(Duration.ofSeconds(1));
        drain.start();

        drain.stop();

        // Two run and three wait in a scripted engine.
        assertThat(output).contains("Model 'first' still has 5 requests after 1 s; they are cancelled");
    }

    @Test
    void admitsRequestsAgainInAnApplicationThatGoesOn() {
        DrainOnShutdown drain = drain(Duration.ofSeconds(30));
        drain.start();
        drain.stop();
        assertThat(first.status().draining()).isTrue();

        drain.start();

        assertThat(first.status().draining()).isFalse();
        assertThat(second.status().draining()).isFalse();
    }

    @Test
    void leavesAModelDrainedThatAnOperatorHasDrained() {
        DrainOnShutdown drain = drain(Duration.ofSeconds(30));
        first.drain(Duration.ZERO);

        drain.start();

        assertThat(first.status().draining()).isTrue();
    }

    @Test
    void canBeSwitchedOff() {
        DrainOnShutdown drain = drain(Duration.ZERO);
        drain.start();

        drain.stop();

        assertThat(first.drains()).isEmpty();
    }

    @Test
    void comesAfterTheWebServersOwnGracefulShutdown() {
        // The container stops higher phases first.
        assertThat(drain(Duration.ZERO).getPhase())
                .isLessThan(WebServerApplicationContext.GRACEFUL_SHUTDOWN_PHASE)
                .isLessThan(SmartLifecycle.DEFAULT_PHASE);
    }
}
