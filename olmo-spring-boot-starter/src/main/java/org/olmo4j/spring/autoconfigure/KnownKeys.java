package org.olmo4j.spring.autoconfigure;

import java.io.IOException;
import java.io.InputStream;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The keys that may be set under {@code olmo}, by the metadata that IDEs read: those of this library, and an application's own. Immutable. */
final class KnownKeys {

    private static final String METADATA = "META-INF/spring-configuration-metadata.json";
    private static final ConfigurationPropertyName ROOT = ConfigurationPropertyName.of("olmo");
    private static final ConfigurationPropertyName MODELS = ROOT.append("models");
    /** Those of a named model, which are keys beneath {@code olmo} too. */
    private static final Set<String> OF_A_MODEL =
            Set.of("model", "name", "backend", "weights", "embedding-weights", "engine", "chat");
    /** As many letters may be wrong, missing or too many. */
    private static final int LARGEST_DISTANCE = 3;

    private final Set<ConfigurationPropertyName> keys;
    /** Beneath these anything is a key. */
    private final Set<ConfigurationPropertyName> maps;

    private KnownKeys(Set<ConfigurationPropertyName> keys, Set<ConfigurationPropertyName> maps) {
        this.keys = Set.copyOf(keys);
        this.maps = Set.copyOf(maps);
    }

    /**
     * Reads all metadata on a class path.
     *
     * @param classes of the application
     * @throws IOException if a file cannot be read
     */
    static KnownKeys read(ClassLoader classes) throws IOException {
        Set<ConfigurationPropertyName> keys = new HashSet<>();
        Set<ConfigurationPropertyName> maps = new HashSet<>();
        for (var file : Collections.list(classes.getResources(METADATA))) {
            try (InputStream content = file.openStream()) {
                for (JsonNode property : JsonMapper.shared().readTree(content).path("properties")) {
                    add(property, keys, maps);
                }
            }
        }
        return new KnownKeys(keys, maps);
    }

    private static void add(
            JsonNode property, Set<ConfigurationPropertyName> keys, Set<ConfigurationPropertyName> maps) {
        ConfigurationPropertyName name =
                ConfigurationPropertyName.ofIfValid(property.path("name").asString(""));
        if (name != null && isBeneathRoot(name)) {
            keys.add(name);
            if (property.path("type").asString("").startsWith("java.util.Map") && !name.equals(MODELS)) {
                maps.add(name);
            }
        }
    }

    static boolean isBeneathRoot(ConfigurationPropertyName name) {
        return ROOT.isAncestorOf(name);
    }

    /** Whether setting a key has an effect. */
    boolean contains(ConfigurationPropertyName name) {
        if (isOfNamedModel(name)) {
            ConfigurationPropertyName unnamed = unnamed(name);
            return OF_A_MODEL.contains(element(unnamed, 1)) && contains(unnamed);
        }
        ConfigurationPropertyName key = name;
        while (key.isLastElementIndexed()) {
            key = key.getParent();
        }
        return keys.contains(key) || maps.stream().anyMatch(map -> map.isAncestorOf(name));
    }

    /** The known key that is most like an unknown one; empty if none is. */
    Optional<String> nearest(ConfigurationPropertyName name) {
        boolean named = isOfNamedModel(name);
        ConfigurationPropertyName wanted = named ? unnamed(name) : name;
        String text = wanted.toString();
        String best = null;
        int least = Math.min(LARGEST_DISTANCE, (text.length() - ROOT.toString().length()) / 2) + 1;
        for (ConfigurationPropertyName key : candidates(named)) {
            int distance = distance(text, key.toString());
            if (distance < least) {
                least = distance;
                best = key.toString();
            }
        }
        return Optional.ofNullable(best)
                .map(key -> named ? name.chop(3) + key.substring(ROOT.toString().length()) : key);
    }

    private List<ConfigurationPropertyName> candidates(boolean ofNamedModel) {
        return keys.stream()
                .filter(key -> !ofNamedModel || OF_A_MODEL.contains(element(key, 1)))
                .sorted()
                .toList();
    }

    private static boolean isOfNamedModel(ConfigurationPropertyName name) {
        return MODELS.isAncestorOf(name) && name.getNumberOfElements() > 3;
    }

    /** {@code olmo.engine.threads} for {@code olmo.models.<key>.engine.threads}. */
    private static ConfigurationPropertyName unnamed(ConfigurationPropertyName name) {
        return ROOT.append(name.subName(3));
    }

    private static String element(ConfigurationPropertyName name, int index) {
        return name.getElement(index, ConfigurationPropertyName.Form.DASHED);
    }

    /** How many letters have to be inserted, deleted or replaced (V. I. Levenshtein, 1966). */
    private static int distance(String from, String to) {
        int[] row = new int[to.length() + 1];
        for (int j = 0; j <= to.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= from.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= to.length(); j++) {
                int replaced = diagonal + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replaced, Math.min(row[j], row[j - 1]) + 1);
            }
        }
        return row[to.length()];
    }
}
