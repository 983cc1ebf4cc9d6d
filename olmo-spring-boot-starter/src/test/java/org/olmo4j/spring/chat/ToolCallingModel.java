package org.olmo4j.spring.chat;

import java.util.List;
import java.util.stream.Collectors;
import org.olmo4j.engine.Generation;
import org.olmo4j.engine.GenerationRequest;
import org.olmo4j.engine.Prompt;
import org.olmo4j.spring.testing.ScriptedEngine;
import org.olmo4j.spring.testing.ScriptedGeneration;
import org.olmo4j.text.ChatMessage;
import org.olmo4j.text.ToolFallback;
import org.springframework.ai.chat.model.ChatModel;

/** A model of a few lines: asks for the weather of the cities that it is asked about, and then repeats what the tool says. */
final class ToolCallingModel {

    private static final List<String> CITIES = List.of("San Francisco", "Tokyo", "Paris");

    private static final String RESULT = "Result of the tool: ";
    private static final String NAME = "\"name\":\"";

    private ToolCallingModel() {}

    static ChatModel create() {
        return OlmoChatModel.builder(ScriptedEngine.knowingTools().answerEach(ToolCallingModel::answer), "olmo-test")
                .build();
    }

    /** Its chat template knows no tools: it calls them in the form that is described to it. */
    static ChatModel withoutTemplate() {
        return OlmoChatModel.builder(ScriptedEngine.create().answerEach(ToolCallingModel::described), "olmo-test")
                .options(OlmoChatOptions.builder()
                        .toolFallback(ToolFallback.DESCRIBE)
                        .build())
                .build();
    }

    private static Generation described(GenerationRequest request) {
        List<ChatMessage> messages = ((Prompt.Chat) request.prompt()).messages();
        List<String> results = messages.stream()
                .map(ChatMessage::content)
                .filter(content -> content.startsWith(RESULT))
                .map(content -> content.substring(RESULT.length()).replace("\"", ""))
                .toList();
        List<String> asked = CITIES.stream()
                .filter(city -> messages.stream()
                        .anyMatch(message -> message.role() == ChatMessage.Role.USER
                                && !message.content().startsWith(RESULT)
                                && message.content().contains(city)))
                .toList();
        if (request.jsonSchema().isEmpty()) {
            return ScriptedGeneration.saying(
                    "I have no tools for: ", messages.getLast().content());
        }
        if (results.size() >= asked.size()) {
            return ScriptedGeneration.saying("{\"answer\": \"It is ", String.join(" and ", results), "\"}");
        }
        String description = messages.getFirst().content();
        int name = description.indexOf(NAME) + NAME.length();
        String tool = description.substring(name, description.indexOf('"', name));
        String calls = asked.stream()
                .map(city -> "{\"tool\": \"" + tool + "\", \"arguments\": {\"location\": \"" + city
                        + "\", \"lat\": 0.0, \"lon\": 0.0, \"unit\": \"C\"}}")
                .collect(Collectors.joining(", "));
        return ScriptedGeneration.saying("{\"calls\": [", calls, "]}");
    }

    private static Generation answer(GenerationRequest request) {
        Prompt.Chat chat = (Prompt.Chat) request.prompt();
        List<ChatMessage> messages = chat.messages();
        if (messages.getLast().role() == ChatMessage.Role.TOOL) {
            return ScriptedGeneration.saying(
                    "It is ",
                    messages.stream()
                            .filter(message -> message.role() == ChatMessage.Role.TOOL)
                            .map(ChatMessage::content)
                            .collect(Collectors.joining(" and ")));
        }
        if (chat.tools().isEmpty()) {
            return ScriptedGeneration.saying(
                    "I have no tools for: ", messages.getLast().content());
        }
        String tool = chat.tools().getFirst().name();
        String calls = CITIES.stream()
                .filter(city -> messages.getLast().content().contains(city))
                .map(city -> tool + "(location=\"" + city + "\", lat=0.0, lon=0.0, unit='C')")
                .collect(Collectors.joining("\n"));
        return ScriptedGeneration.saying("<function", "_calls>", calls, "</function_calls>");
    }
}
