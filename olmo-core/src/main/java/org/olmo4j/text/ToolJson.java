package org.olmo4j.text;

import java.util.Map;
import org.olmo4j.error.InvalidRequestException;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The JSON in tool definitions and calls, which come from callers and models. */
final class ToolJson {

    static final int MAX_NESTING = 64;

    static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(MAX_NESTING)
                            .build())
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private ToolJson() {}

    /** The text without white space, so that equal objects have equal texts. */
    static String object(String json, String parameter, String what) {
        try {
            JsonNode node = MAPPER.readTree(json);
            if (node.isObject()) {
                return node.toString();
            }
        } catch (JacksonException malformed) {
            throw notAnObject(parameter, what, ": " + malformed.getOriginalMessage());
        }
        throw notAnObject(parameter, what, "");
    }

    private static InvalidRequestException notAnObject(String parameter, String what, String why) {
        return new InvalidRequestException(parameter, what + " are not a JSON object" + why, "Give one, {} for none");
    }

    /** As templates see it. */
    @SuppressWarnings("unchecked") // An object of JSON has strings as keys.
    static Map<String, Object> fields(String object) {
        return MAPPER.readValue(object, Map.class);
    }
}
