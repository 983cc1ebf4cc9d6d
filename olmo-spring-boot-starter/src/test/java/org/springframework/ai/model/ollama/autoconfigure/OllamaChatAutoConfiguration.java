package org.springframework.ai.model.ollama.autoconfigure;

import static org.mockito.Mockito.mock;

import org.springframework.ai.chat.model.ChatModel;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.context.annotation.Bean;

/** Has the name of Spring AI's own, since names decide the order, and offers a chat model whatever else is there, as that one does. */
@AutoConfiguration
public class OllamaChatAutoConfiguration {

    @Bean
    ChatModel ollamaChatModel() {
        return mock();
    }
}
