package org.olmo4j.spring.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Configuration;

/** The application has no model, so that nothing but its keys is looked at. */
@ExtendWith(OutputCaptureExtension.class)
class UnknownKeysListenerTests {

    @Configuration(proxyBeanMethods = false)
    static class Host {}

    private static void start(String... keys) {
        String[] arguments = Stream.of(keys).map(key -> "--" + key).toArray(String[]::new);
        new SpringApplicationBuilder(Host.class)
                .web(WebApplicationType.NONE)
                .run(arguments)
                .close();
    }

    @ParameterizedTest
    @CsvSource({
        "olmo.modle=/models/x, olmo.modle, olmo.model",
        "olmo.engine.max-runing=3, olmo.engine.max-runing, olmo.engine.max-running",
        "olmo.engine.maxRuning=3, olmo.engine.maxruning, olmo.engine.max-running",
        "olmo.log.contents=full, olmo.log.contents, olmo.log.content",
        "olmo.openai.enable=true, olmo.openai.enable, olmo.openai.enabled",
        "olmo.models.large.weight=int8, olmo.models.large.weight, olmo.models.large.weights",
        "olmo.models.large.chat.temprature=1, olmo.models.large.chat.temprature, olmo.models.large.chat.temperature"
    })
    void aKeyThatIsNotKnownIsNamedWithTheOneThatIsMeant(String set, String named, String meant, CapturedOutput output) {
        start(set);

        assertThat(output).contains("The key '" + named + "'").contains("has no effect. Is '" + meant + "' meant?");
    }

    @Test
    void whereNoKeyIsLikeItNoneIsSuggested(CapturedOutput output) {
        start("olmo.telemetry.upload=true");

        assertThat(output)
                .contains("The key 'olmo.telemetry.upload' (\"olmo.telemetry.upload\" from property source"
                        + " \"commandLineArgs\") is not known and has no effect. The README")
                .doesNotContain("meant?");
    }

    @Test
    void whatNamedModelsDoNotHaveIsNotKnownOfThem(CapturedOutput output) {
        start("olmo.models.large.load.wait=1s");

        assertThat(output).contains("'olmo.models.large.load.wait'");
    }

    @Test
    void everyWayOfWritingAKnownKeyIsKnown(CapturedOutput output) {
        start(
                "olmo.engine.maxRunning=3",
                "olmo.engine.MAX_QUEUED=3",
                "olmo.chat.stop-sequences[0]=END",
                "olmo.chat.logit-bias.17=-100",
                "olmo.chat.logit-bias[18]=-100",
                "olmo.models.large.model=",
                "olmo.models.large.chat.logit-bias.17=-1",
                "olmo.models[a.b].engine.kv-cache-size=1GB",
                "olmo.log.retention.content=30d");

        assertThat(output).doesNotContain("is not known");
    }

    @Test
    void otherKeysAreNobodysBusiness(CapturedOutput output) {
        start("olmos.model=x", "spring.ai.olmo=x");

        assertThat(output).doesNotContain("is not known");
    }
}
