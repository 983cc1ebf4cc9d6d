package org.olmo4j.text;

import java.util.regex.Pattern;
import org.olmo4j.error.InvalidRequestException;

/**
 * A tool that a model may call.
 *
 * @param name 1 to 64 letters, digits, underscores, dashes and dots
 * @param description what it does, for the model; may be empty
 * @param parameters JSON schema of the object of its arguments; without white space
 */
public record ToolDefinition(String name, String description, String parameters) {

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_.-]{1,64}");

    /**
     * Checks the parts.
     *
     * @throws InvalidRequestException if the name has other characters, or the parameters are not a JSON object
     */
    public ToolDefinition {
        requireName(name);
        parameters = ToolJson.object(parameters, "tools", "The parameters of the tool " + name);
    }

    static void requireName(String name) {
        if (!NAME.matcher(name).matches()) {
            throw new InvalidRequestException(
                    "tools",
                    "The tool name '" + name + "' is not one that models can write",
                    "Allowed: 1 to 64 letters, digits, underscores, dashes and dots");
        }
    }
}
