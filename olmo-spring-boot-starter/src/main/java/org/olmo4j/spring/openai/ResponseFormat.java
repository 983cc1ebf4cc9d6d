package org.olmo4j.spring.openai;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.olmo4j.constraint.JsonSchema;
import org.olmo4j.error.InvalidRequestException;
import tools.jackson.databind.JsonNode;

/**
 * The field {@code response_format}.
 *
 * @param type text, json_object or json_schema
 * @param jsonSchema for type json_schema
 */
record ResponseFormat(@Nullable String type, @Nullable NamedSchema jsonSchema) {

    /** For a client a schema has a name and a description; here it is held whether or not {@code strict} is asked for. */
    @JsonIgnoreProperties({"name", "description", "strict"})
    record NamedSchema(@Nullable JsonNode schema) {}

    /** What the answer is held to; nothing for plain text. */
    Optional<JsonSchema> schema() {
        return switch (type) {
            case "text" -> Optional.empty();
            case "json_object" -> Optional.of(JsonSchema.anyObject());
            case "json_schema" -> Optional.of(parsed());
            case null, default ->
                throw ApiError.invalid(
                        "response_format.type",
                        "response_format.type is " + type + "; allowed: text, json_object, json_schema.");
        };
    }

    private JsonSchema parsed() {
        String place = "response_format.json_schema.schema";
        if (jsonSchema == null || jsonSchema.schema() == null) {
            throw ApiError.invalid(place, place + " is missing.");
        }
        try {
            return JsonSchema.parse(jsonSchema.schema().toString());
        } catch (InvalidRequestException e) {
            throw new ApiException(ApiError.of(e).withParam(place));
        }
    }
}
