package org.olmo4j.sample;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.olmo4j.spring.host.HostedModel;
import org.springframework.ai.chat.client.ChatClient;
import org.springframework.ai.chat.messages.AssistantMessage;
import org.springframework.ai.chat.model.ChatModel;
import org.springframework.ai.chat.model.ChatResponse;
import org.springframework.ai.chat.model.Generation;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.context.annotation.Bean;

/** The recipe of docs/host-applications.md for tests without a model. */
@SpringBootTest(properties = "olmo.model=")
class ScriptedModelTest {

    @Autowired
    private ChatClient.Builder builder;

    @Autowired
    private ObjectProvider<HostedModel> hosted;

    @Test
    void aScriptedModelStandsInForTheHostedOne() {
        assertThat(builder.build().prompt("Hello?").call().content()).isEqualTo("You said: Hello?");
        assertThat(hosted).isEmpty();
    }

    @TestConfiguration(proxyBeanMethods = false)
    static class ScriptedModel {

        @Bean
        ChatModel chatModel() {
            return prompt -> new ChatResponse(List.of(new Generation(
                    new AssistantMessage("You said: " + prompt.getUserMessage().getText()))));
        }
    }
}
