package org.olmo4j.spring.actuate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.olmo4j.error.BackendUnavailableException;
import org.olmo4j.spring.host.HostedModel;
import org.olmo4j.spring.host.HostedState;
import org.olmo4j.spring.host.ScriptedLoader;
import org.olmo4j.spring.testing.ScriptedEngine;

/** What an orchestrator sees of an application whose model is not there yet, or not any more. */
@Timeout(120)
class ReadinessWithModelsTests {

    private static final String IN_READINESS = "--olmo.health.in-readiness=true";

    private final ScriptedLoader loader = new ScriptedLoader(ScriptedEngine.withoutTokenizer());

    private HostedModel starting() {
        return HostedModel.start("OLMo-2-1B", loader, ActuatorHost.IMPATIENT);
    }

    @Test
    void isNotReadyUntilTheModelIsLoaded() throws Exception {
        loader.slow();
        try (ActuatorHost host = new ActuatorHost(List.of(starting()), IN_READINESS)) {
            loader.awaitLoading();
            assertThat(host.get("/health/readiness").status()).isEqualTo(503);
            assertThat(host.get("/health/liveness").status()).isEqualTo(200);
            assertThat(host.get("/health/olmo").json().at("/details/state").stringValue())
                    .isEqualTo("loading");
            assertThat(host.get("/health/olmo").json().at("/status").stringValue())
                    .isEqualTo("OUT_OF_SERVICE");

            loader.go();

            await().untilAsserted(() ->
                    assertThat(host.get("/health/readiness").status()).isEqualTo(200));
        }
    }

    @Test
    void isNotReadyWhileItIsDrained() throws Exception {
        HostedModel model = ActuatorHost.ready("OLMo-2-1B", loader);
        try (ActuatorHost host = new ActuatorHost(List.of(model), IN_READINESS)) {
            model.refuseNewRequests();
            assertThat(host.get("/health/readiness").status()).isEqualTo(503);

            model.engine().resume();
            assertThat(host.get("/health/readiness").status()).isEqualTo(200);
        }
    }

    @Test
    void aModelThatCannotBeLoadedIsDownButNoReasonToRestart() throws Exception {
        loader.slow().loadFailsBy(new BackendUnavailableException("No memory", "Add some"));
        HostedModel model = starting();
        try (ActuatorHost host = new ActuatorHost(List.of(model), IN_READINESS)) {
            loader.go();
            await().until(() -> model.state() instanceof HostedState.Failed);

            assertThat(host.get("/health/readiness").status()).isEqualTo(503);
            assertThat(host.get("/health/liveness").status()).isEqualTo(200);
            assertThat(host.get("/health/olmo").json().at("/details/failure").stringValue())
                    .isEqualTo("No memory");
        }
    }

    @Test
    void theModelIsNotAskedUnlessConfigured() throws Exception {
        loader.slow();
        try (ActuatorHost host = new ActuatorHost(List.of(starting()))) {
            loader.awaitLoading();

            assertThat(host.get("/health/readiness").status()).isEqualTo(200);
            loader.go();
        }
    }

    @Test
    void severalModelsAreShownByTheirKeys() throws Exception {
        HostedModel second = ActuatorHost.ready("second", new ScriptedLoader(ScriptedEngine.withoutTokenizer()));
        try (ActuatorHost host = new ActuatorHost(List.of(ActuatorHost.ready("first", loader), second), IN_READINESS)) {
            assertThat(host.get("/health/olmo")
                            .json()
                            .at("/components/olmo/status")
                            .stringValue())
                    .isEqualTo("UP");
            second.refuseNewRequests();

            assertThat(host.get("/health/olmo")
                            .json()
                            .at("/components/second/status")
                            .stringValue())
                    .isEqualTo("OUT_OF_SERVICE");
            assertThat(host.get("/health/readiness").status()).isEqualTo(503);
        }
    }
}
