package org.olmo4j.text;

import org.olmo4j.error.InvalidRequestException;

/**
 * A model's call of a tool.
 *
 * @param name of the tool, as in {@link ToolDefinition}
 * @param arguments by parameter: a JSON object, without white space
 */
public record ToolCall(String name, String arguments) {

    /**
     * Checks the parts.
     *
     * @throws InvalidRequestException if the name is none of a tool, or the arguments are not a JSON object
     */
    public ToolCall {
        ToolDefinition.requireName(name);
        arguments = ToolJson.object(arguments, "messages", "The arguments of a call of the tool " + name);
    }
}
