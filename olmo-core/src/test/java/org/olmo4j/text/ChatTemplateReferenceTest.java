package org.olmo4j.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.olmo4j.spec.Family;
import tools.jackson.databind.JsonNode;

/** Agreement with the renderings of HuggingFace transformers. */
class ChatTemplateReferenceTest {

    @Test
    void rendersAndEncodesEachReferenceConversationAsTheOriginal() {
        JsonNode reference = TextReference.json("chat_reference.json");
        assertThat(reference.path("cases")).hasSize(30);
        for (JsonNode c : reference.path("cases")) {
            String name = c.path("template").asString();
            String jinja = reference.path("templates").path(name).path("jinja").asString();
            assertAgrees(c, load(c.path("tokenizer").asString(), Family.OLMO, name, jinja));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "olmo1-instruct, OLMO,  OLMo-7B-Instruct",
        "olmo2-instruct, OLMO2, OLMo-2-1124-7B-DPO",
        "olmo3-instruct, OLMO3, Olmo-3-7B-Instruct",
        "olmo3-think,    OLMO3, Olmo-3-32B-Think"
    })
    void defaultOfEachFamilyHasThePublishedFormat(String template, Family family, String modelName) {
        List<JsonNode> cases = TextReference.json("chat_reference.json")
                .path("cases")
                .valueStream()
                .filter(c -> c.path("template").asString().equals(template))
                .toList();
        assertThat(cases).hasSize(6);
        for (JsonNode c : cases) {
            String tokenizer = c.path("tokenizer").asString();
            ChatTemplate chat = ChatTemplate.load(
                    TextReference.source(tokenizer, "models/" + modelName), family, TextReference.tokenizer(tokenizer));
            assertThat(chat.origin()).isEqualTo(ChatTemplate.Origin.FAMILY_DEFAULT);
            assertAgrees(c, chat);
        }
    }

    private static void assertAgrees(JsonNode c, ChatTemplate chat) {
        List<ChatMessage> messages = messages(c.path("messages").valueStream());
        boolean addGenerationPrompt = c.path("add_generation_prompt").asBoolean();
        assertThat(chat.render(messages, addGenerationPrompt))
                .as("%s", c)
                .isEqualTo(c.path("text").asString());
        assertThat(chat.encode(messages, addGenerationPrompt))
                .as("%s", c)
                .containsExactly(TextReference.ints(c.path("ids")));
    }

    private static ChatTemplate load(String tokenizer, Family family, String name, String jinja) {
        FileModelSource source = TextReference.source(tokenizer, name).with("chat_template.jinja", jinja);
        ChatTemplate chat = ChatTemplate.load(source, family, TextReference.tokenizer(tokenizer));
        assertThat(chat.origin()).isEqualTo(ChatTemplate.Origin.MODEL);
        return chat;
    }

    private static List<ChatMessage> messages(Stream<JsonNode> messages) {
        return messages.map(m -> new ChatMessage(
                        ChatMessage.Role.valueOf(m.path("role").asString().toUpperCase(Locale.ROOT)),
                        m.path("content").asString()))
                .toList();
    }
}
