package org.olmo4j.text;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Objects;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The files that generate.py made: toy tokenizers, and expected values from the original Python implementations. */
final class TestData {

    private TestData() {}

    static byte[] bytes(String name) {
        try (InputStream stream = Objects.requireNonNull(TestData.class.getResourceAsStream(name), name)) {
            return stream.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static JsonNode json(String name) {
        return JsonMapper.shared().readTree(bytes(name));
    }

    /** A model with a toy tokenizer. */
    static FileModelSource toy(String tokenizerName, String location) {
        return FileModelSource.named(location).with("tokenizer.json", bytes(tokenizerName + ".json"));
    }
}
