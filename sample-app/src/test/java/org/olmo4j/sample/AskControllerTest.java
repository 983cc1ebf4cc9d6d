package org.olmo4j.sample;

import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.when;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.get;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.header;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.jsonPath;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.status;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.mockito.Answers;
import org.olmo4j.error.EngineBusyException;
import org.springframework.ai.chat.client.ChatClient;
import org.springframework.ai.chat.model.ChatModel;
import org.springframework.ai.chat.prompt.ChatOptions;
import org.springframework.ai.chat.prompt.Prompt;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.boot.webmvc.test.autoconfigure.WebMvcTest;
import org.springframework.context.annotation.Bean;
import org.springframework.test.context.bean.override.mockito.MockitoBean;
import org.springframework.test.web.servlet.MockMvc;

/** The example of a controller when the model has no room. */
@WebMvcTest(AskController.class)
class AskControllerTest {

    @Autowired
    private MockMvc http;

    @MockitoBean(answers = Answers.CALLS_REAL_METHODS)
    private ChatModel model;

    @Test
    void tellsTheClientWhenToTryAgain() throws Exception {
        when(model.getOptions()).thenReturn(ChatOptions.builder().build());
        when(model.call(any(Prompt.class)))
                .thenThrow(new EngineBusyException("8 run and 64 wait", Duration.ofMillis(2500)));

        http.perform(get("/ask").param("question", "Why?"))
                .andExpect(status().isServiceUnavailable())
                .andExpect(header().string("Retry-After", "3"))
                .andExpect(jsonPath("$.detail").value("8 run and 64 wait"));
    }

    @TestConfiguration(proxyBeanMethods = false)
    static class Client {

        @Bean
        ChatClient.Builder client(ChatModel model) {
            return ChatClient.builder(model);
        }
    }
}
