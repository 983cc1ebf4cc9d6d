package org.olmo4j.spring.openai;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.olmo4j.text.ToolDefinition;
import tools.jackson.databind.JsonNode;

/** The field {@code tool_choice}. */
sealed interface ToolChoice {

    /** The model decides. */
    record Auto() implements ToolChoice {}

    /** No tool is called. */
    record None() implements ToolChoice {}

    /** One of them is. */
    record AnyTool() implements ToolChoice {}

    /** This one is. */
    record OneTool(String name) implements ToolChoice {}

    /** Auto unless it is set, as {@code none, auto, required}, or a function with its name. */
    static ToolChoice of(@Nullable JsonNode field) {
        if (field == null) {
            return new Auto();
        }
        JsonNode name = field.path("function").path("name");
        if (name.isString()) {
            return new OneTool(name.stringValue());
        }
        return switch (field.isString() ? field.stringValue() : "") {
            case "auto" -> new Auto();
            case "none" -> new None();
            case "required" -> new AnyTool();
            default ->
                throw ApiError.invalid(
                        "tool_choice",
                        "tool_choice is neither none, auto, required nor a function with a name.",
                        "unsupported_parameter");
        };
    }

    default boolean required() {
        return this instanceof AnyTool || this instanceof OneTool;
    }

    /** Those of a request's tools that may be called. */
    default List<ToolDefinition> offered(List<ToolDefinition> tools) {
        List<ToolDefinition> offered = switch (this) {
            case None none -> List.of();
            case OneTool(String name) ->
                tools.stream().filter(tool -> tool.name().equals(name)).toList();
            case Auto auto -> tools;
            case AnyTool any -> tools;
        };
        if (required() && offered.isEmpty()) {
            throw ApiError.invalid("tool_choice", "tool_choice requires a tool that tools does not have.");
        }
        return offered;
    }
}
