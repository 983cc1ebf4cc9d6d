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
import org.olmo4j.engine.GenerationRequest;
import org.olmo4j.engine.Prompt;
import org.olmo4j.engine.ReplayKey;
import org.olmo4j.spring.promptlog.redaction.PatternRedactor;
import org.olmo4j.spring.testing.ReplayKeys;
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

    private static PromptDocument document(Prompt prompt) {
        return PromptDocument.of(GenerationRequest.builder(prompt).build(), Optional.empty());
    }

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
        PromptDocument read = documents.prompt(documents.write(document(prompt)));

        assertThat(read.toPrompt()).isEqualTo(prompt);
    }

    @Test
    void aPromptOfTokensCanBeAskedAgainAsItWas() {
        PromptDocument document = document(new Prompt.Tokens(new int[] {5, 0, 7}));

        assertThat(documents.prompt(documents.write(document)).toPrompt())
                .isInstanceOfSatisfying(
                        Prompt.Tokens.class, tokens -> assertThat(tokens.ids()).containsExactly(5, 0, 7));
    }

    @Test
    void theSchemaOfTheAnswerIsKept() {
        JsonSchema schema = JsonSchema.parse("{\"type\": \"integer\"}");
        PromptDocument document = PromptDocument.of(
                GenerationRequest.builder(new Prompt.Text("How many?"))
                        .jsonSchema(schema)
                        .build(),
                Optional.empty());

        String kept = documents.prompt(documents.write(document)).jsonSchema();

        assertThat(kept).isNotNull();
        assertThat(JsonSchema.parse(kept).hash()).isEqualTo(schema.hash());
    }

    @Test
    void aDocumentIsShort() {
        byte[] written =
                documents.write(document(new Prompt.Chat(List.of(new ChatMessage(ChatMessage.Role.USER, "Hi")))));

        assertThat(new String(written, StandardCharsets.UTF_8))
                .isEqualTo("{\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}");
    }

    @Test
    void fieldsOfALaterVersionArePassedOver() {
        byte[] later = "{\"text\":\"Hi\",\"mood\":\"good\"}".getBytes(StandardCharsets.UTF_8);

        assertThat(documents.prompt(later).toPrompt()).isEqualTo(new Prompt.Text("Hi"));
    }

    @Test
    void stopStringsAndTheWholeReplayKeyAreKeptWithThePrompt() {
        ReplayKey key = ReplayKeys.withTexts();
        PromptDocument document = PromptDocument.of(
                GenerationRequest.builder(new Prompt.Text("Hi"))
                        .stopStrings(List.of("Bye", "\n"))
                        .build(),
                Optional.of(key));

        PromptDocument read = documents.prompt(documents.write(document));

        assertThat(read.stopStrings()).containsExactly("Bye", "\n");
        assertThat(read.replayKey()).isNotNull();
        assertThat(ReplayKey.parse(read.replayKey())).isEqualTo(key);
    }

    @Test
    void everyStringIsMapped() {
        PromptDocument document = PromptDocument.of(
                GenerationRequest.builder(CHAT)
                        .stopStrings(List.of("secret stop"))
                        .build(),
                Optional.of(ReplayKeys.withTexts()));
        PromptDocument held = PromptDocument.of(
                GenerationRequest.builder(CHAT)
                        .jsonSchema(JsonSchema.parse("{\"const\": \"secret\"}"))
                        .build(),
                Optional.empty());

        PromptDocument mapped = document.mapped(text -> "<" + text.length() + ">");

        assertThat(mapped.texts()).containsExactly("<9>", "<23>", "<0>", "<15>", "<4>");
        assertThat(mapped.tools()).containsExactly(new PromptDocument.Tool("<7>", "<18>", "<17>"));
        assertThat(mapped.messages().get(2).toolCalls()).containsExactly(new PromptDocument.Call("<7>", "<15>"));
        assertThat(held.mapped(text -> "<" + text.length() + ">").jsonSchema()).isEqualTo("<18>");
        assertThat(mapped.stopStrings()).containsExactly("<11>");
        assertThat(mapped.replayKey()).as("has the stop strings").isNull();
    }

    @Test
    void nothingHidesBehindTheEscapesOfJson() {
        String escaped = "{\"to\":\"ada\\u0040example.org\"}";
        Prompt.Chat chat = new Prompt.Chat(
                List.of(new ChatMessage(ChatMessage.Role.ASSISTANT, "", List.of(new ToolCall("mail", escaped)))),
                List.of(new ToolDefinition("mail", "Sends mail.", escaped)));

        PromptDocument mapped = document(chat).mapped(new PatternRedactor()::redact);

        assertThat(mapped.tools().getFirst().parameters()).isEqualTo("{\"to\":\"[EMAIL]\"}");
        assertThat(mapped.messages().getFirst().toolCalls().getFirst().arguments())
                .isEqualTo("{\"to\":\"[EMAIL]\"}");
    }

    @Test
    void tokenIdsAreLeftOutOfWhatIsMapped() {
        assertThat(document(new Prompt.Tokens(new int[] {1}))
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
