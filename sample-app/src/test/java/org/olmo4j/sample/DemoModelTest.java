package org.olmo4j.sample;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.olmo4j.Olmo;
import org.olmo4j.engine.GenerationRequest;
import org.olmo4j.engine.GenerationResult;
import org.olmo4j.engine.Prompt;
import org.olmo4j.sampling.SamplingOptions;
import org.olmo4j.text.ChatMessage;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The demo model, template and tokenizer included, answers as HuggingFace transformers lets it answer. */
class DemoModelTest {

    private static Olmo olmo;

    @BeforeAll
    static void load() {
        olmo = Olmo.load("classpath:demo-model");
    }

    @AfterAll
    static void close() {
        olmo.close();
    }

    static List<Arguments> conversations() throws IOException {
        try (InputStream json = Objects.requireNonNull(
                DemoModelTest.class.getResourceAsStream("/demo-model-expected.json"), "demo-model-expected.json")) {
            List<Arguments> conversations = new ArrayList<>();
            for (JsonNode prompt : JsonMapper.shared().readTree(json).get("prompts")) {
                conversations.add(Arguments.argumentSet(prompt.get("rendered").asString(), prompt));
            }
            return conversations;
        }
    }

    @Test
    void thereAreConversationsToCompare() throws IOException {
        assertThat(conversations()).hasSizeGreaterThanOrEqualTo(10);
    }

    @ParameterizedTest
    @MethodSource("conversations")
    void aConversationIsRenderedTokenizedAndAnsweredAsByTransformers(JsonNode expected) {
        GenerationResult result = olmo.generate(GenerationRequest.builder(new Prompt.Chat(messages(expected)))
                .sampling(SamplingOptions.GREEDY)
                .maxTokens(expected.get("generated_ids").size())
                .build());

        assertThat(result.promptTokenIds()).isEqualTo(ids(expected.get("prompt_ids")));
        assertThat(result.tokenIds()).isEqualTo(ids(expected.get("generated_ids")));
        assertThat(result.text()).isEqualTo(expected.get("generated_text").asString());
    }

    private static List<ChatMessage> messages(JsonNode conversation) {
        List<ChatMessage> messages = new ArrayList<>();
        for (JsonNode message : conversation.get("messages")) {
            String role = message.get("role").asString().toUpperCase(Locale.ROOT);
            messages.add(new ChatMessage(
                    ChatMessage.Role.valueOf(role), message.get("content").asString()));
        }
        return messages;
    }

    private static List<Integer> ids(JsonNode array) {
        return IntStream.range(0, array.size())
                .map(index -> array.get(index).asInt())
                .boxed()
                .toList();
    }
}
