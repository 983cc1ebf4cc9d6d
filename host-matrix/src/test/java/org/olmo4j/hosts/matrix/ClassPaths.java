package org.olmo4j.hosts.matrix;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Which jars an application has that depends on some of this module's dependencies: by Maven's own dependency tree, and its own jars. */
final class ClassPaths {

    /** What each artifact depends on at run time, by their keys. */
    private final Map<String, Set<String>> edges = new HashMap<>();

    /** More than one where versions disagreed, of which Maven has taken one. */
    private final Map<String, Set<String>> fileNames = new HashMap<>();

    private final Map<String, String> direct = new LinkedHashMap<>();
    private final Map<String, Path> files;

    private ClassPaths(JsonNode module) {
        for (JsonNode dependency : module.path("children")) {
            direct.put(dependency.path("artifactId").stringValue(), key(dependency));
            add(dependency);
        }
        files = Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                .map(Path::of)
                .filter(file -> file.toString().endsWith(".jar"))
                .collect(Collectors.toMap(file -> file.getFileName().toString(), file -> file));
    }

    /** Of the module whose tree Maven has written. */
    static ClassPaths read() {
        Path tree = Path.of("target", "dependencies.json");
        assertThat(tree)
                .as("written by maven-dependency-plugin: run mvn verify -pl host-matrix -am")
                .exists();
        return new ClassPaths(JsonMapper.shared().readTree(tree.toFile()));
    }

    private static String key(JsonNode node) {
        return node.path("groupId").stringValue() + ":"
                + node.path("artifactId").stringValue() + ":"
                + node.path("classifier").stringValue();
    }

    /** A node that is left out, since it is elsewhere in the tree, has no children: they are added where it is. */
    private void add(JsonNode node) {
        String classifier = node.path("classifier").stringValue();
        fileNames
                .computeIfAbsent(key(node), name -> new LinkedHashSet<>())
                .add(node.path("artifactId").stringValue() + "-"
                        + node.path("version").stringValue() + (classifier.isEmpty() ? "" : "-" + classifier)
                        + ".jar");
        Set<String> children = edges.computeIfAbsent(key(node), name -> new LinkedHashSet<>());
        for (JsonNode child : node.path("children")) {
            children.add(key(child));
            add(child);
        }
    }

    /** The jars of an application. */
    List<Path> jars(Collection<String> artifacts) {
        Set<String> reached = new LinkedHashSet<>();
        Deque<String> open = new ArrayDeque<>();
        for (String artifact : artifacts) {
            assertThat(direct).as("dependencies of this module").containsKey(artifact);
            open.add(direct.get(artifact));
        }
        while (!open.isEmpty()) {
            String next = open.remove();
            if (reached.add(next)) {
                open.addAll(edges.get(next));
            }
        }
        return reached.stream().map(this::jar).toList();
    }

    private Path jar(String key) {
        List<Path> found = fileNames.get(key).stream()
                .map(files::get)
                .filter(Objects::nonNull)
                .toList();
        assertThat(found)
                .as("jars of " + key + "; those of this build are there after mvn verify, not after mvn test")
                .hasSize(1);
        return found.getFirst();
    }
}
