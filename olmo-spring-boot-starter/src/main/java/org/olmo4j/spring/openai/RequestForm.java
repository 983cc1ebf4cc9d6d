package org.olmo4j.spring.openai;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import tools.jackson.core.JacksonException;
import tools.jackson.core.exc.InputCoercionException;
import tools.jackson.databind.DatabindException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.exc.UnrecognizedPropertyException;
import tools.jackson.databind.node.ObjectNode;

/**
 * How a kind of request is read. A field is one of: a component of the record; accepted without meaning here; accepted only with the value
 * that changes nothing; refused by its name. A field whose value is null counts as absent.
 *
 * @param <T> the record
 * @param type the record
 * @param ignored fields of official clients that have no meaning for a model in the same process
 * @param neutral fields that cannot be honoured, with the values that ask for nothing
 */
record RequestForm<T>(Class<T> type, Set<String> ignored, Map<String, Predicate<JsonNode>> neutral) {

    private static final Set<String> SCHEMAS = Set.of("schema", "parameters");

    RequestForm {
        ignored = Set.copyOf(ignored);
        neutral = Map.copyOf(neutral);
    }

    T read(byte[] body) {
        try {
            if (!(Json.MAPPER.readTree(body) instanceof ObjectNode root)) {
                throw ApiError.unreadable("The request body is not a JSON object.");
            }
            removeNulls(root);
            root.remove(ignored);
            neutral.forEach((name, asksForNothing) -> removeNeutral(root, name, asksForNothing));
            return Json.MAPPER.treeToValue(root, type);
        } catch (UnrecognizedPropertyException e) {
            String path = path(e);
            throw ApiError.invalid(path, "The field '" + path + "' is not supported.", "unsupported_parameter");
        } catch (DatabindException | InputCoercionException e) {
            String path = path(e);
            throw path.isEmpty()
                    ? ApiError.unreadable("The request body is not understood: " + e.getOriginalMessage())
                    : ApiError.invalid(path, "The field '" + path + "' has a wrong type or value.");
        } catch (JacksonException e) {
            throw ApiError.unreadable("The request body is not valid JSON: " + e.getOriginalMessage());
        }
    }

    private static void removeNeutral(ObjectNode root, String name, Predicate<JsonNode> asksForNothing) {
        JsonNode value = root.remove(name);
        if (value != null && !asksForNothing.test(value)) {
            throw ApiError.invalid(name, "The field '" + name + "' is not supported.", "unsupported_parameter");
        }
    }

    /** In a schema, null is a value. */
    private static void removeNulls(JsonNode node) {
        if (node instanceof ObjectNode object) {
            List<String> nulls = new ArrayList<>();
            object.forEachEntry((name, value) -> {
                if (value.isNull()) {
                    nulls.add(name);
                }
            });
            object.remove(nulls);
        }
        node.forEachEntry((name, value) -> {
            if (!SCHEMAS.contains(name)) {
                removeNulls(value);
            }
        });
        if (node.isArray()) {
            node.forEach(RequestForm::removeNulls);
        }
    }

    private static String path(JacksonException failure) {
        StringBuilder path = new StringBuilder();
        for (JacksonException.Reference step : failure.getPath()) {
            if (step.getPropertyName() == null) {
                path.append('[').append(step.getIndex()).append(']');
            } else {
                path.append(path.isEmpty() ? "" : ".").append(step.getPropertyName());
            }
        }
        return path.toString();
    }
}
