package org.olmo4j.spring.openai;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import org.jspecify.annotations.Nullable;
import org.olmo4j.error.InvalidRequestException;
import org.olmo4j.text.ToolDefinition;
import tools.jackson.databind.JsonNode;

/**
 * An element of the field {@code tools}.
 *
 * @param type function
 * @param function its definition
 */
record Tool(@Nullable String type, @Nullable Function function) {

    private static final String NO_PARAMETERS = "{\"type\":\"object\",\"properties\":{}}";

    /** Arguments are not held to the parameters' schema, whether or not {@code strict} is asked for. */
    @JsonIgnoreProperties("strict")
    record Function(
            @Nullable String name,
            @Nullable String description,
            @Nullable JsonNode parameters) {}

    ToolDefinition definition(String place) {
        if (!"function".equals(type) || function == null || function.name() == null) {
            throw ApiError.invalid(place, place + " is not a function with a name.");
        }
        try {
            return new ToolDefinition(
                    function.name(),
                    function.description() == null ? "" : function.description(),
                    function.parameters() == null
                            ? NO_PARAMETERS
                            : function.parameters().toString());
        } catch (InvalidRequestException e) {
            throw new ApiException(ApiError.of(e).withParam(place));
        }
    }
}
