package org.olmo4j.spring.actuate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.olmo4j.error.ModelFormatException;
import org.olmo4j.spec.Family;
import org.olmo4j.spec.FeedForward;
import org.olmo4j.spec.OlmoSpec;
import org.olmo4j.spring.actuate.ActuatorHost.Reply;
import org.olmo4j.spring.host.HostedModel;
import org.olmo4j.spring.host.ScriptedLoader;
import org.olmo4j.spring.testing.ScriptedEngine;
import tools.jackson.databind.JsonNode;

@Timeout(120)
class OlmoEndpointTests {

    private static final String WRITABLE = "--management.endpoint.olmo.access=unrestricted";

    private final ScriptedEngine engine = ScriptedEngine.withoutTokenizer();
    private final ScriptedLoader loader = new ScriptedLoader(engine);

    @Test
    void describesModelsAndBackends() throws Exception {
        try (ActuatorHost host = new ActuatorHost(List.of(ActuatorHost.ready("OLMo-2-1B", loader)))) {
            Reply reply = host.get("/olmo");

            assertThat(reply.status()).isEqualTo(200);
            JsonNode model = reply.json().at("/models/0");
            assertThat(model.get("name").stringValue()).isEqualTo("OLMo-2-1B");
            assertThat(model.get("state").stringValue()).isEqualTo("ready");
            assertThat(model.get("backend").stringValue()).isEqualTo("CPU, 8 lanes");
            assertThat(model.get("weightBytes").longValue()).isEqualTo(1000);
            assertThat(model.at("/shape/family").stringValue()).isEqualTo("OLMO2");
            assertThat(model.at("/shape/layers").intValue()).isEqualTo(16);
            assertThat(model.at("/shape").has("experts")).isFalse();
            assertThat(model.at("/engine/running").intValue()).isEqualTo(2);
            assertThat(model.at("/engine/promptTokensCached").intValue()).isEqualTo(600);
            JsonNode backend = reply.json().at("/backends/0");
            assertThat(backend.get("name").stringValue()).isEqualTo("cpu");
            assertThat(backend.get("available").booleanValue()).isTrue();
            assertThat(backend.get("devices")).isNotEmpty();
            assertThat(reply.json().toString()).doesNotContain("secret-folder");
        }
    }

    private static OlmoSpec olmo7b() {
        OlmoSpec spec = mock();
        when(spec.family()).thenReturn(Family.OLMO);
        when(spec.layerCount()).thenReturn(32);
        when(spec.hiddenSize()).thenReturn(4096);
        when(spec.attentionHeads()).thenReturn(32);
        when(spec.contextLength()).thenReturn(2048);
        when(spec.feedForward()).thenReturn(new FeedForward.Dense(11008));
        return spec;
    }

    @Test
    void showsTheModelCardWithItsFiguresAndLimits() throws Exception {
        try (ActuatorHost host = new ActuatorHost(List.of(ActuatorHost.ready("OLMo-7B", loader.shapedAs(olmo7b()))))) {
            JsonNode card = host.get("/olmo").json().at("/models/0/card");

            assertThat(card.get("source").stringValue()).isEqualTo("https://huggingface.co/allenai/OLMo-7B-hf");
            assertThat(card.get("licence").stringValue()).isEqualTo("Apache-2.0");
            assertThat(card.get("dataCutoff").stringValue()).isEqualTo("February/March 2023");
            assertThat(card.findValuesAsString("name")).containsExactly("OLMo 7B", "OLMo 7B Twin 2T");
            assertThat(card.at("/sizes/0/trainingTokens").longValue()).isEqualTo(2_500_000_000_000L);
            assertThat(card.at("/training/1/megawattHours").doubleValue()).isEqualTo(104);
            assertThat(card.at("/training/1/publishedTonnes").doubleValue()).isEqualTo(75.05);
            assertThat(card.get("limits").toString()).contains("not true");
        }
    }

    @Test
    void hasNoCardOfAModelOfWhichNoneIsKnown() throws Exception {
        try (ActuatorHost host = new ActuatorHost(List.of(ActuatorHost.ready("OLMo-2-1B", loader)))) {
            assertThat(host.get("/olmo").json().at("/models/0").has("card")).isFalse();
        }
    }

    @Test
    void theInformationOfTheApplicationNamesItsModels() throws Exception {
        List<HostedModel> models = List.of(
                ActuatorHost.ready("OLMo-7B", loader.shapedAs(olmo7b())),
                ActuatorHost.ready("small", new ScriptedLoader(ScriptedEngine.withoutTokenizer())));
        try (ActuatorHost host = new ActuatorHost(models)) {
            JsonNode info = host.get("/info").json().at("/olmo/models");

            assertThat(info.at("/OLMo-7B/family").stringValue()).isEqualTo("OLMO");
            assertThat(info.at("/OLMo-7B/contextLength").intValue()).isEqualTo(2048);
            assertThat(info.at("/OLMo-7B/weightBytes").longValue()).isEqualTo(1000);
            assertThat(info.at("/OLMo-7B/card").stringValue()).contains("allenai/OLMo-7B-hf");
            assertThat(info.at("/small/family").stringValue()).isEqualTo("OLMO2");
            assertThat(info.toString()).doesNotContain("secret-folder");
        }
    }

    @Test
    void theInformationCanBeSwitchedOff() throws Exception {
        try (ActuatorHost host = new ActuatorHost(
                List.of(ActuatorHost.ready("OLMo-2-1B", loader)), "--management.info.olmo.enabled=false")) {
            assertThat(host.get("/info").json().has("olmo")).isFalse();
        }
    }

    @Test
    void nobodyWritesUnlessAllowedTo() throws Exception {
        try (ActuatorHost host = new ActuatorHost(List.of(ActuatorHost.ready("OLMo-2-1B", loader)))) {
            assertThat(host.post("/olmo", "{\"operation\":\"drain\"}").status()).isEqualTo(405);
            assertThat(engine.drains()).isEmpty();
        }
    }

    @Test
    void canBeSwitchedOff() throws Exception {
        try (ActuatorHost host = new ActuatorHost(
                List.of(ActuatorHost.ready("OLMo-2-1B", loader)), "--management.endpoint.olmo.access=none")) {
            assertThat(host.get("/olmo").status()).isEqualTo(404);
        }
    }

    @Test
    void drainsResumesAndReloads() throws Exception {
        try (ActuatorHost host = new ActuatorHost(List.of(ActuatorHost.ready("OLMo-2-1B", loader)), WRITABLE)) {
            Reply drained = host.post("/olmo", "{\"operation\":\"drain\"}");
            assertThat(drained.status()).isEqualTo(200);
            assertThat(drained.json().get("state").stringValue()).isEqualTo("draining");

            Reply resumed = host.post("/olmo", "{\"operation\":\"resume\",\"model\":\"OLMo-2-1B\"}");
            assertThat(resumed.json().get("state").stringValue()).isEqualTo("ready");

            loader.slow();
            Reply reloading = host.post("/olmo", "{\"operation\":\"reload\"}");
            assertThat(reloading.json().get("state").stringValue()).isEqualTo("loading");
            loader.awaitLoading();
            assertThat(host.get("/olmo").json().at("/models/0/loadedBytes").longValue())
                    .isEqualTo(250);

            Reply again = host.post("/olmo", "{\"operation\":\"reload\"}");
            assertThat(again.status()).isEqualTo(409);
            assertThat(again.json().get("failure").stringValue()).contains("being loaded already");

            loader.go();
            await().untilAsserted(() -> assertThat(
                            host.get("/olmo").json().at("/models/0/state").stringValue())
                    .isEqualTo("ready"));
            assertThat(loader.happened()).containsExactly("check", "load", "check", "close", "close check", "load");
        }
    }

    @Test
    void tellsWhyFilesCannotBeLoadedAgain() throws Exception {
        try (ActuatorHost host = new ActuatorHost(List.of(ActuatorHost.ready("OLMo-2-1B", loader)), WRITABLE)) {
            loader.checkFailsBy(new ModelFormatException("config.json is cut off", "Copy it again"));

            Reply reply = host.post("/olmo", "{\"operation\":\"reload\"}");

            assertThat(reply.status()).isEqualTo(422);
            assertThat(reply.json().get("failure").stringValue()).isEqualTo("config.json is cut off");
            assertThat(host.get("/olmo").json().at("/models/0/state").stringValue())
                    .isEqualTo("ready");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"operation\":\"drain\"}",
                "{\"operation\":\"drain\",\"model\":\"third\"}",
                "{\"operation\":\"explode\",\"model\":\"first\"}",
                "{\"model\":\"first\"}"
            })
    void refusesWhatIsNotClear(String body) throws Exception {
        List<HostedModel> models = List.of(
                ActuatorHost.ready("first", loader),
                ActuatorHost.ready("second", new ScriptedLoader(ScriptedEngine.withoutTokenizer())));
        try (ActuatorHost host = new ActuatorHost(models, WRITABLE)) {
            assertThat(host.post("/olmo", body).status()).isEqualTo(400);
            assertThat(engine.drains()).isEmpty();
        }
    }

    @Test
    void namesTheModelsOfWhichOneIsToBeChosen() throws Exception {
        List<HostedModel> models = List.of(
                ActuatorHost.ready("first", loader),
                ActuatorHost.ready("second", new ScriptedLoader(ScriptedEngine.withoutTokenizer())));
        try (ActuatorHost host = new ActuatorHost(models, WRITABLE)) {
            JsonNode refusal = host.post("/olmo", "{\"operation\":\"drain\",\"model\":\"third\"}")
                    .json();

            assertThat(refusal.get("failure").stringValue())
                    .isEqualTo("There is no model 'third'; name one of [first, second]");
        }
    }
}
