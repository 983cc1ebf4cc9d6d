package org.olmo4j.hosts.matrix;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/**
 * What an application is to those who use and operate it, by its own actuator.
 *
 * @param beans names, with scope and type
 * @param autoConfigurations that hold
 * @param mappings of requests, and servlets and filters
 * @param columns of all tables, with their types; empty without a database
 * @param health its parts, with their status
 * @param answer what its controller says, with status and content type
 * @param files that it left in its working directory
 */
record HostSurface(
        SortedMap<String, String> beans,
        SortedSet<String> autoConfigurations,
        SortedSet<String> mappings,
        SortedMap<String, String> columns,
        SortedMap<String, String> health,
        String answer,
        SortedSet<String> files) {

    /** Looks at an application that runs; its files are those of this moment. */
    static HostSurface of(Host host, RunningHost running) throws IOException, InterruptedException {
        String answer = running.text("/notes/1");
        return new HostSurface(
                beans(running.actuator("beans")),
                autoConfigurations(running.actuator("conditions")),
                mappings(running.actuator("mappings")),
                host.hasDatabase() ? texts(running.actuator("tables")) : new TreeMap<>(),
                health(running.actuator("health")),
                answer,
                files(running.workingDirectory()));
    }

    private static SortedMap<String, String> beans(JsonNode endpoint) {
        SortedMap<String, String> beans = new TreeMap<>();
        for (JsonNode context : endpoint.path("contexts")) {
            for (Map.Entry<String, JsonNode> bean : context.path("beans").properties()) {
                // Numbers of proxies and of lambda expressions differ from run to run.
                String type = bean.getValue().path("type").stringValue().replaceAll("\\$\\$?(Proxy|Lambda).*", "");
                beans.put(bean.getKey(), bean.getValue().path("scope").stringValue() + " " + type);
            }
        }
        return beans;
    }

    private static SortedSet<String> autoConfigurations(JsonNode endpoint) {
        SortedSet<String> names = new TreeSet<>();
        endpoint.path("contexts")
                .forEach(context -> names.addAll(context.path("positiveMatches").propertyNames()));
        return names;
    }

    private static SortedSet<String> mappings(JsonNode endpoint) {
        SortedSet<String> mappings = new TreeSet<>();
        endpoint.findValues("predicate").forEach(predicate -> mappings.add(predicate.stringValue()));
        for (String kind : Set.of("servlets", "servletFilters")) {
            endpoint.findValues(kind)
                    .forEach(list -> list.forEach(element ->
                            mappings.add(kind + " " + element.path("name").stringValue())));
        }
        return mappings;
    }

    private static SortedMap<String, String> texts(JsonNode object) {
        return new TreeMap<>(object.propertyStream()
                .collect(Collectors.toMap(
                        Map.Entry::getKey, entry -> entry.getValue().stringValue())));
    }

    private static SortedMap<String, String> health(JsonNode endpoint) {
        return new TreeMap<>(endpoint.path("components")
                .propertyStream()
                .collect(Collectors.toMap(
                        Map.Entry::getKey,
                        part -> part.getValue().path("status").stringValue())));
    }

    private static SortedSet<String> files(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile)
                    .map(file -> folder.relativize(file).toString())
                    .collect(Collectors.toCollection(TreeSet::new));
        }
    }
}
