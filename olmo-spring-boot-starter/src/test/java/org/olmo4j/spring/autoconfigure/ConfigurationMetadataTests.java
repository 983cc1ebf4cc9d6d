package org.olmo4j.spring.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What an IDE shows for the keys of this starter. */
class ConfigurationMetadataTests {

    private final JsonNode metadata = read();

    private static JsonNode read() {
        try (InputStream file =
                OlmoProperties.class.getResourceAsStream("/META-INF/spring-configuration-metadata.json")) {
            return new JsonMapper().readTree(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private List<JsonNode> entries(String kind) {
        return StreamSupport.stream(metadata.get(kind).spliterator(), false)
                .filter(entry -> entry.get("name").asString().startsWith("olmo"))
                .toList();
    }

    @Test
    void knowsTheKeysThatAreDocumented() {
        assertThat(entries("properties"))
                .extracting(property -> property.get("name").asString())
                .contains(
                        "olmo.model", "olmo.name", "olmo.backend", "olmo.engine.kv-cache-size", "olmo.chat.temperature")
                .noneMatch(name -> name.contains(".options."));
    }

    @Test
    void hasTheKeysOfTheReadmesTableAndNoOthers() throws IOException {
        List<String> documented = new ArrayList<>();
        for (String line : Files.readAllLines(Path.of("../README.md"))) {
            if (line.startsWith("| `olmo.")) {
                documented.addAll(keys(line.substring(1, line.indexOf('|', 1))));
            }
        }

        assertThat(entries("properties"))
                .extracting(property -> property.get("name").asString())
                .containsExactlyInAnyOrderElementsOf(documented);
    }

    /** From {@code `olmo.chat.top-k`, `.top-p`} both keys. */
    private static List<String> keys(String cell) {
        List<String> keys = new ArrayList<>();
        String parent = "";
        for (String quoted : cell.split(",")) {
            String key = quoted.strip().replace("`", "");
            if (key.startsWith(".")) {
                keys.add(parent + key);
            } else {
                parent = key.substring(0, key.lastIndexOf('.'));
                keys.add(key);
            }
        }
        return keys;
    }

    @Test
    void describesEveryKeyInOneWayOfWriting() {
        List<String> wrong = new ArrayList<>();
        for (JsonNode property : entries("properties")) {
            String name = property.get("name").asString();
            String description = property.path("description").asString("");
            boolean isBoolean = property.get("type").asString().endsWith("Boolean");
            boolean isList = property.get("type").asString().startsWith("java.util.List");
            if (description.isEmpty()
                    || !description.endsWith(".")
                    || description.matches("(The|A|An) .*")
                    || (isBoolean && !description.matches("(Whether|Enable) .*"))
                    || (isList && !description.startsWith("Comma-separated list"))) {
                wrong.add(name + ": " + description);
            }
        }
        assertThat(wrong).isEmpty();
    }

    @Test
    void timesAndSizesHaveTypesOfTheirOwn() {
        assertThat(entries("properties"))
                .filteredOn(property -> property.get("name").asString().endsWith("timeout"))
                .hasSize(6)
                .allMatch(property -> property.get("type").asString().equals("java.time.Duration"));
        assertThat(entries("properties"))
                .filteredOn(property -> property.get("name").asString().endsWith("size"))
                .isNotEmpty()
                .allMatch(property -> property.get("type").asString().equals("org.springframework.util.unit.DataSize"));
    }

    @Test
    void offersTheBackends() {
        JsonNode backend = entries("hints").stream()
                .filter(hint -> hint.get("name").asString().equals("olmo.backend"))
                .findFirst()
                .orElseThrow();

        assertThat(StreamSupport.stream(backend.get("values").spliterator(), false)
                        .map(value -> value.get("value").asString()))
                .contains("auto", "cpu", "cuda");
    }
}
