package org.olmo4j.sampling;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The values that src/test/python/make_sampling_cases.py computed with transformers and torch. */
final class SamplingCases {

    private static final JsonNode ALL = load();

    private SamplingCases() {}

    static Stream<JsonNode> of(String part) {
        return StreamSupport.stream(ALL.get(part).spliterator(), false);
    }

    static int usableVocabulary() {
        return ALL.get("usableVocabulary").intValue();
    }

    private static JsonNode load() {
        try (InputStream file = SamplingCases.class.getResourceAsStream("/sampling/cases.json")) {
            return JsonMapper.builder().build().readTree(Objects.requireNonNull(file));
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    static float[] floats(JsonNode array) {
        float[] values = new float[array.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = array.get(i).floatValue();
        }
        return values;
    }

    static int[] ints(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false)
                .mapToInt(JsonNode::asInt)
                .toArray();
    }

    static TokenHistory history(JsonNode one) {
        TokenHistory history = new TokenHistory(ints(one.get("prompt")));
        for (int id : ints(one.get("generated"))) {
            history.append(id);
        }
        return history;
    }

    static SamplingOptions options(JsonNode options) {
        Map<Integer, Double> bias = new HashMap<>();
        options.get("logitBias")
                .properties()
                .forEach(entry -> bias.put(
                        Integer.valueOf(entry.getKey()), entry.getValue().doubleValue()));
        return new SamplingOptions(
                options.get("temperature").doubleValue(),
                options.get("topK").intValue(),
                options.get("topP").doubleValue(),
                options.get("minP").doubleValue(),
                options.get("repetitionPenalty").doubleValue(),
                options.get("frequencyPenalty").doubleValue(),
                options.get("presencePenalty").doubleValue(),
                bias);
    }
}
