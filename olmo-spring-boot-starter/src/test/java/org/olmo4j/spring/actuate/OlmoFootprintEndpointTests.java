package org.olmo4j.spring.actuate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Optional;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.olmo4j.energy.carbon.Footprint;
import org.olmo4j.spring.actuate.ActuatorHost.Reply;
import org.olmo4j.spring.footprint.FootprintTotals;
import org.olmo4j.spring.host.ScriptedLoader;
import org.olmo4j.spring.testing.Footprints;
import org.olmo4j.spring.testing.ScriptedEngine;
import tools.jackson.databind.JsonNode;

@Timeout(120)
class OlmoFootprintEndpointTests {

    private static ActuatorHost host(String... arguments) {
        return new ActuatorHost(
                List.of(ActuatorHost.ready("demo", new ScriptedLoader(ScriptedEngine.withoutTokenizer()))), arguments);
    }

    private static void ended(ActuatorHost host, @Nullable String user, Footprint footprint) {
        host.bean(FootprintTotals.class)
                .listener("demo")
                .ended(Footprints.request(user), Footprints.result(Optional.of(footprint)));
    }

    private static List<String> texts(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false)
                .map(JsonNode::asString)
                .toList();
    }

    @Test
    void addsUpWhatRequestsCost() throws Exception {
        try (ActuatorHost host = host("--olmo.energy.pue=1.5")) {
            ended(host, "ada", Footprints.of(10));
            ended(host, "grace", Footprints.of(30));

            Reply reply = host.get("/olmofootprint");

            assertThat(reply.status()).isEqualTo(200);
            JsonNode total = reply.json().get("total");
            assertThat(total.get("requests").longValue()).isEqualTo(2);
            assertThat(total.get("activeJoules").doubleValue()).isEqualTo(40);
            assertThat(total.get("fullJoules").doubleValue()).isEqualTo(48);
            assertThat(total.get("facilityJoules").doubleValue()).isEqualTo(72);
            assertThat(total.get("provenance").stringValue()).isEqualTo("MEASURED_SHARED");
            assertThat(total.at("/locationBased/grams").doubleValue()).isCloseTo(4.8e-3, within(1e-12));
            assertThat(total.at("/marketBased/grams").doubleValue()).isCloseTo(4.8e-4, within(1e-12));
            assertThat(total.has("embodied")).isFalse();
            // 4.8 mg for 2 requests, and for 8 tokens.
            assertThat(total.get("gramsPerRequest").doubleValue()).isCloseTo(2.4e-3, within(1e-12));
            assertThat(total.get("gramsPerThousandTokens").doubleValue()).isCloseTo(0.6, within(1e-12));
            for (String kind : List.of("hours", "days", "months", "models")) {
                assertThat(reply.json().get(kind)).hasSize(1);
                assertThat(reply.json().at("/" + kind + "/0/sum")).isEqualTo(total);
            }
            assertThat(reply.json().toString()).doesNotContain("ada").doesNotContain("grace");
        }
    }

    @Test
    void saysHowFiguresComeAboutAndWhatIsNotInThem() throws Exception {
        try (ActuatorHost host = host(
                "--olmo.energy.pue=1.5",
                "--olmo.energy.carbon.country=FR",
                "--olmo.energy.embodied.kilograms=1200",
                "--olmo.energy.processor-watts=65")) {
            JsonNode json = host.get("/olmofootprint").json();

            assertThat(texts(json.get("formulas")))
                    .anyMatch(formula -> formula.contains("full x PUE 1.5 (as configured)"))
                    .anyMatch(formula -> formula.startsWith("location-based")
                            && formula.contains("44.18 g/kWh")
                            && formula.contains("France")
                            && formula.contains("2024"))
                    .anyMatch(formula -> formula.startsWith("market-based") && formula.endsWith("not known"))
                    .anyMatch(formula -> formula.startsWith("embodied g = 1200.0 kg") && formula.contains("1461 days"));
            assertThat(texts(json.get("assumptions")))
                    .anyMatch(assumption -> assumption.contains("this instance"))
                    .anyMatch(assumption -> assumption.startsWith("MODELLED: the range is 0.50 to 2.00"));
            JsonNode meter = json.at("/meters/0");
            assertThat(meter.get("method").stringValue()).isNotEmpty();
            assertThat(meter.get("activeJoules").doubleValue()
                            + meter.get("idleSharedJoules").doubleValue()
                            + meter.get("idleJoules").doubleValue()
                            + meter.get("unattributedJoules").doubleValue())
                    .isCloseTo(meter.get("countedJoules").doubleValue(), within(1e-5));
        }
    }

    @Test
    void showsTrainingBesideIt() throws Exception {
        try (ActuatorHost host = host()) {
            JsonNode before = host.get("/olmofootprint").json().get("training");
            assertThat(before.at("/1/run").stringValue()).isEqualTo("OLMo 7B");
            assertThat(before.at("/1").has("shareOfThisApplication")).isFalse();

            // 12e-4 g of 75.0464 t.
            ended(host, "ada", Footprints.of(10));
            JsonNode olmo7b = host.get("/olmofootprint").json().at("/training/1");

            assertThat(olmo7b.at("/arithmetic/0").stringValue())
                    .startsWith("104 MWh x PUE 1.1 x 0.656 kg/kWh = 75.05 t (LOCATION_BASED");
            assertThat(olmo7b.get("publishedTonnes").doubleValue()).isEqualTo(75.05);
            assertThat(olmo7b.get("publishedNote").stringValue()).contains("PUE of 1.1");
            assertThat(olmo7b.get("shareOfThisApplication").doubleValue()).isCloseTo(12e-4 / 75_046_400, within(1e-18));
            JsonNode twin = host.get("/olmofootprint").json().at("/training/0");
            assertThat(texts(twin.get("arithmetic")))
                    .anyMatch(line -> line.contains("= 11.75 t (LOCATION_BASED"))
                    .anyMatch(line -> line.contains("= 0.00 t (MARKET_BASED"));
        }
    }

    @Test
    void whatIsNotKnownIsAbsentAndNotZero() throws Exception {
        try (ActuatorHost host = host()) {
            ended(host, "ada", Footprints.of(10));
            ended(host, "ada", Footprints.unknown());
            JsonNode total = host.get("/olmofootprint").json().get("total");

            assertThat(total.get("requests").longValue()).isEqualTo(2);
            assertThat(total.get("requestsWithEnergy").longValue()).isEqualTo(1);
            assertThat(total.at("/locationBased/requests").longValue()).isEqualTo(1);
            // The score of one of two requests is not that of both.
            assertThat(total.has("gramsPerRequest")).isFalse();
        }
        try (ActuatorHost host = host()) {
            ended(host, "ada", Footprints.unknown());
            JsonNode total = host.get("/olmofootprint").json().get("total");

            assertThat(total.propertyNames())
                    .containsExactlyInAnyOrder("requests", "requestsWithEnergy", "promptTokens", "generatedTokens");
        }
    }

    @Test
    void usersAreNamedWhereTheyAreAskedFor() throws Exception {
        try (ActuatorHost host = host()) {
            ended(host, "ada", Footprints.of(10));
            ended(host, null, Footprints.of(30));

            JsonNode users = host.get("/olmofootprint/user").json();

            assertThat(users).hasSize(2);
            assertThat(users.at("/0/name").stringValue()).isEqualTo("(none)");
            assertThat(users.at("/1/name").stringValue()).isEqualTo("ada");
            assertThat(users.at("/1/sum/fullJoules").doubleValue()).isEqualTo(12);
            assertThat(host.get("/olmofootprint/shoe-size").status()).isEqualTo(400);
        }
    }

    @Test
    void spreadsheetsGetCommaSeparatedValues() throws Exception {
        try (ActuatorHost host = host()) {
            ended(host, "=HYPERLINK(\"http://evil\",\"x\")", Footprints.of(10));
            ended(host, "known to nobody", Footprints.unknown());

            ActuatorHost.Text csv = host.getText("/olmofootprint/user", "text/csv");

            assertThat(csv.status()).isEqualTo(200);
            assertThat(csv.contentType()).startsWith("text/csv");
            List<String> lines = csv.body().lines().toList();
            assertThat(lines).hasSize(3);
            assertThat(lines.getFirst())
                    .startsWith(
                            "name,requests,requestsWithEnergy,promptTokens,generatedTokens,activeJoules,fullJoules");
            assertThat(lines.get(1))
                    .startsWith("\"'=HYPERLINK(\"\"http://evil\"\",\"\"x\"\")\",1,1,3,4,10.0,12.0,9.0,15.0,12.0,"
                            + "MEASURED_SHARED,");
            assertThat(lines.get(2)).isEqualTo("known to nobody,1,0,3,4,,,,,,,,,,,");
        }
    }

    @Test
    void accessIsGrantedOrNotAsForEveryEndpoint() throws Exception {
        try (ActuatorHost host = host()) {
            assertThat(host.post("/olmofootprint", "{}").status()).isEqualTo(405);
        }
        try (ActuatorHost host = host("--management.endpoint.olmofootprint.access=none")) {
            assertThat(host.get("/olmofootprint").status()).isEqualTo(404);
            assertThat(host.get("/olmofootprint/user").status()).isEqualTo(404);
        }
        try (ActuatorHost host = host("--management.endpoints.web.exposure.exclude=olmofootprint")) {
            assertThat(host.get("/olmofootprint").status()).isEqualTo(404);
        }
    }

    @Test
    void staysAwayWhereNobodyAccounts() throws Exception {
        try (ActuatorHost host = host("--olmo.energy.enabled=false")) {
            assertThat(host.get("/olmofootprint").status()).isEqualTo(404);
            assertThat(host.get("/olmo").status()).isEqualTo(200);
        }
    }
}
