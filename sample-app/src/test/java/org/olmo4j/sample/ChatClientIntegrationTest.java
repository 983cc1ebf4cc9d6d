package org.olmo4j.sample;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.olmo4j.engine.ReplayKey;
import org.olmo4j.spring.chat.OlmoResponseMetadata;
import org.springframework.ai.chat.client.ChatClient;
import org.springframework.ai.chat.model.ChatResponse;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;

/** The main job, end to end: a ChatClient call is answered by the demo model. */
@SpringBootTest(webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT)
class ChatClientIntegrationTest {

    private static final String QUESTION = "How many layers does OLMo 7B have?";
    /** The model card's number. */
    private static final String LAYERS = "32";

    @Autowired
    private ChatClient.Builder builder;

    @Test
    void answersACall() {
        ChatResponse response = builder.build().prompt(QUESTION).call().chatResponse();

        assertThat(response.getResult().getOutput().getText()).contains(LAYERS);
        assertThat(response.getMetadata().getUsage().getPromptTokens()).isPositive();
        assertThat(response.getMetadata().getUsage().getCompletionTokens()).isPositive();
        assertThat(ReplayKey.parse(response.getMetadata().get(OlmoResponseMetadata.REPLAY_KEY))
                        .settings()
                        .seed())
                .isEqualTo(response.getMetadata().<Long>get(OlmoResponseMetadata.SEED));
    }

    @Test
    void answersWithAnObjectOfAClass() {
        Architecture architecture = builder.build()
                .prompt(QUESTION)
                .call()
                .entity(Architecture.class, ChatClient.EntityParamSpec::useProviderStructuredOutput);

        // What a model of four million parameters puts into the form is not its strength; that it fills it is the
        // engine's doing.
        assertThat(architecture.placement()).isIn((Object[]) Placement.values());
    }

    record Architecture(int layers, Placement placement) {}

    enum Placement {
        BEFORE,
        AFTER
    }

    @Test
    void streamsTheTextThatACallAnswers() {
        ChatClient chat = builder.build();

        List<String> pieces =
                chat.prompt(QUESTION).stream().content().collectList().block(Duration.ofSeconds(60));

        assertThat(pieces).hasSizeGreaterThan(1);
        assertThat(String.join("", pieces))
                .contains(LAYERS)
                .isEqualTo(chat.prompt(QUESTION).call().content());
    }
}
