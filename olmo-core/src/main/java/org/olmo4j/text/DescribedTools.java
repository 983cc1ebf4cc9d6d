package org.olmo4j.text;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Tools in plain text, for a model whose chat template knows none: described in the system message, called by an answer that is JSON, and their results
 * told as words of the user.
 */
final class DescribedTools {

    static final String CALLS = "calls";
    static final String TOOL = "tool";
    static final String ARGUMENTS = "arguments";
    static final String ANSWER = "answer";

    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
    private static final String DEFINITIONS = "$defs";
    private static final String REFERENCE = "$ref";
    /** Their values are no schemas. */
    private static final Set<String> DATA = Set.of("const", "enum", "default", "examples");

    private final List<ToolDefinition> tools;
    private final boolean required;
    private final int maxCalls;

    DescribedTools(List<ToolDefinition> tools, boolean required, int maxCalls) {
        this.tools = tools;
        this.required = required;
        this.maxCalls = maxCalls;
    }

    /** The conversation with the description, and with earlier calls and their results as text. */
    List<ChatMessage> conversation(List<ChatMessage> messages) {
        List<ChatMessage> told = new ArrayList<>();
        List<String> results = new ArrayList<>();
        for (ChatMessage message : messages) {
            if (message.role() == ChatMessage.Role.TOOL) {
                results.add("Result of the tool: " + message.content());
                continue;
            }
            addResults(results, told);
            told.add(new ChatMessage(message.role(), content(message)));
        }
        addResults(results, told);
        if (!tools.isEmpty()) {
            describe(told);
        }
        return told;
    }

    /** Results of one answer are one message, since templates may want user and assistant to take turns. */
    private static void addResults(List<String> results, List<ChatMessage> to) {
        if (!results.isEmpty()) {
            to.add(new ChatMessage(ChatMessage.Role.USER, String.join("\n", results)));
            results.clear();
        }
    }

    private static String content(ChatMessage message) {
        if (message.toolCalls().isEmpty()) {
            return message.content();
        }
        String calls = calls(message.toolCalls());
        return message.content().isEmpty() ? calls : message.content() + "\n" + calls;
    }

    private static String calls(List<ToolCall> calls) {
        ObjectNode json = JSON.objectNode();
        ArrayNode array = json.putArray(CALLS);
        for (ToolCall call : calls) {
            ObjectNode entry = array.addObject();
            entry.put(TOOL, call.name());
            entry.set(ARGUMENTS, ToolJson.MAPPER.readTree(call.arguments()));
        }
        return json.toString();
    }

    private void describe(List<ChatMessage> conversation) {
        if (!conversation.isEmpty() && conversation.getFirst().role() == ChatMessage.Role.SYSTEM) {
            String before = conversation.removeFirst().content();
            conversation.addFirst(new ChatMessage(ChatMessage.Role.SYSTEM, before + "\n\n" + description()));
        } else {
            conversation.addFirst(new ChatMessage(ChatMessage.Role.SYSTEM, description()));
        }
    }

    private String description() {
        String definitions = tools.stream().map(DescribedTools::definition).collect(Collectors.joining("\n"));
        String call = "{\"tool\": \"its name\", \"arguments\": {...}}";
        String form = "{\"calls\": [" + call + (maxCalls == 1 ? "]}" : ", ...]}");
        return "You have these tools, each with the JSON schema of its arguments:\n" + definitions + "\n"
                + (required
                        ? "Call " + (maxCalls == 1 ? "one of them" : "those that you need")
                                + ". Write one JSON object and nothing else: " + form
                        : "Write one JSON object and nothing else. To call " + (maxCalls == 1 ? "a tool: " : "tools: ")
                                + form
                                + ". To answer: {\"answer\": \"your words\"}");
    }

    private static String definition(ToolDefinition tool) {
        ObjectNode json = JSON.objectNode();
        json.put("name", tool.name());
        if (!tool.description().isEmpty()) {
            json.put("description", tool.description());
        }
        json.set("parameters", ToolJson.MAPPER.readTree(tool.parameters()));
        return json.toString();
    }

    /** The JSON schema of an answer: calls whose arguments conform to their tools' own, or a text unless a call is required. */
    String answerSchema() {
        ObjectNode schema = JSON.objectNode();
        ArrayNode forms = schema.putArray("anyOf");
        ObjectNode definitions = schema.putObject(DEFINITIONS);
        ObjectNode calls = JSON.objectNode();
        ArrayNode call = calls.putObject(CALLS)
                .put("type", "array")
                .put("minItems", 1)
                .put("maxItems", maxCalls)
                .putObject("items")
                .putArray("anyOf");
        for (int i = 0; i < tools.size(); i++) {
            String place = "tool" + i;
            JsonNode parameters = ToolJson.MAPPER.readTree(tools.get(i).parameters());
            definitions.set(place, moved(parameters, "#/" + DEFINITIONS + "/" + place));
            ObjectNode name = JSON.objectNode();
            name.put("const", tools.get(i).name());
            ObjectNode arguments = JSON.objectNode();
            arguments.put("type", "object");
            arguments.put(REFERENCE, "#/" + DEFINITIONS + "/" + place);
            ObjectNode properties = JSON.objectNode();
            properties.set(TOOL, name);
            properties.set(ARGUMENTS, arguments);
            call.add(object(properties));
        }
        forms.add(object(calls));
        if (!required) {
            ObjectNode properties = JSON.objectNode();
            properties.putObject(ANSWER).put("type", "string");
            forms.add(object(properties));
        }
        return schema.toString();
    }

    private static ObjectNode object(ObjectNode properties) {
        ObjectNode object = JSON.objectNode();
        object.put("type", "object");
        object.set("properties", properties);
        ArrayNode required = object.putArray("required");
        properties.propertyNames().forEach(required::add);
        object.put("additionalProperties", false);
        return object;
    }

    /** A schema that is not the root any more: its references within itself begin where it is now. */
    private static JsonNode moved(JsonNode schema, String place) {
        if (schema.isArray()) {
            ArrayNode array = JSON.arrayNode();
            schema.forEach(element -> array.add(moved(element, place)));
            return array;
        }
        if (!schema.isObject()) {
            return schema;
        }
        ObjectNode object = JSON.objectNode();
        schema.propertyStream().forEach(entry -> {
            JsonNode value = entry.getValue();
            boolean reference = entry.getKey().equals(REFERENCE)
                    && value.isString()
                    && value.stringValue().startsWith("#");
            if (reference) {
                object.put(REFERENCE, place + value.stringValue().substring(1));
            } else {
                object.set(entry.getKey(), DATA.contains(entry.getKey()) ? value : moved(value, place));
            }
        });
        return object;
    }
}
