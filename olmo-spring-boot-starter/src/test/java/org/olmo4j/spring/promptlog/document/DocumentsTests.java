package org.olmo4j.spring.promptlog.document;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.olmo4j.constraint.JsonSchema;
import org.olmo4j.engine.Prompt;
import org.olmo4j.text.ChatMessage;
import org.olmo4j.text.ToolCall;
import org.olmo4j.text.ToolDefinition;

class DocumentsTests {

    private static final Prompt.Chat CHAT = new Prompt.Chat(
            List.of(
                    new ChatMessage(ChatMessage.Role.SYSTEM, "Be brief."),
                    new ChatMessage(ChatMessage.Role.USER, "Weather in Köln? \uD83C\uDF27 \u0000 \uD800"),
                    new ChatMessage(
                            ChatMessage.Role.ASSISTANT, "", List.of(new ToolCall("weather", "{\"city\":\"Köln\"}"))),
                    new ChatMessage(ChatMessage.Role.TOOL, "rain")),
            List.of(new ToolDefinition("weather", "Knows the weather.", "{\"type\":\"object\"}")));

    private final Documents documents = new Documents();

    static Stream<Prompt> prompts() {
        return Stream.of(
                CHAT,
                new Prompt.Chat(List.of(new ChatMessage(ChatMessage.Role.USER, ""))),
                new Prompt.Text("Once upon a time"),
                new Prompt.Text("x".repeat(1_000_000)));
    }

    @ParameterizedTest
    @MethodSource("prompts")
    void aPromptCanBeAskedAgainAsItWas(Prompt prompt) {
        PromptDocument read = documents.prompt(documents.write(PromptDocument.of(prompt, Optional.empty())));

        assertThat(read.toPrompt()).isEqualTo(prompt);
    }

    @Test
    void aPromptOfTokensCanBeAskedAgainAsItWas() {
        PromptDocument document = PromptDocument.of(new Prompt.Tokens(new int[] {5, 0, 7}), Optional.empty());

        assertThat(documents.prompt(documents.write(document)).toPrompt())
                .isInstanceOfSatisfying(
                        Prompt.Tokens.class, tokens -> assertThat(tokens.ids()).containsExactly(5, 0, 7));
    }

    @Test
    void theSchemaOfTheAnswerIsKept() {
        JsonSchema schema = JsonSchema.parse("{\"type\": \"integer\"}");
        PromptDocument document = PromptDocument.of(new Prompt.Text("How many?"), Optional.of(schema));

        String kept = documents.prompt(documents.write(document)).jsonSchema();

        assertThat(kept).isNotNull();
        assertThat(JsonSchema.parse(kept).hash()).isEqualTo(schema.hash());
    }

    @Test
    void aDocumentIsShort() {
        byte[] written = documents.write(PromptDocument.of(
                new Prompt.Chat(List.of(new ChatMessage(ChatMessage.Role.USER, "Hi"))), Optional.empty()));

        assertThat(new String(written, StandardCharsets.UTF_8))
                .isEqualTo("{\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}");
    }

    @Test
    void fieldsOfALaterVersionArePassedOver() {
        byte[] later = "{\"text\":\"Hi\",\"mood\":\"good\"}".getBytes(StandardCharsets.UTF_8);

        assertThat(documents.prompt(later).toPrompt()).isEqualTo(new Prompt.Text("Hi"));
    }

    @Test
    void everyTextIsMappedAndTokenIdsAreLeftOut() {
        PromptDocument mapped = PromptDocument.of(CHAT, Optional.empty()).mapped(text -> "<" + text.length() + ">");

        assertThat(mapped.texts()).containsExactly("<9>", "<23>", "<0>", "<15>", "<4>");
        assertThat(mapped.tools()).hasSize(1);
        assertThat(PromptDocument.of(new Prompt.Tokens(new int[] {1}), Optional.empty())
                        .mapped(text -> text)
                        .tokenIds())
                .isNull();
        assertThat(new AnswerDocument("Hello", List.of(1, 2)).mapped(text -> "redacted"))
                .isEqualTo(new AnswerDocument("redacted", null));
    }

    @Test
    void anAnswerIsReadAsItWasWritten() {
        AnswerDocument answer = new AnswerDocument("It rains.", List.of(4, 2, 0));

        assertThat(documents.answer(documents.write(answer))).isEqualTo(answer);
    }
}
