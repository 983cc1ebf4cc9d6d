package org.olmo4j.hosts.matrix;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Pattern;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The starter leaves an application as it was: what it adds is called olmo, or is what Spring AI itself adds for every provider. */
class HostMatrixIT {

    /** An own word at the beginning of a name, of a part of a path, or of a class. */
    private static final Pattern OLMO = Pattern.compile("(?i)(^|[/.\\[])olmo");

    private static final String OF_SPRING_AI = " org.springframework.ai.";

    /**
     * What Boot and Spring Data add by themselves where they see libraries that Spring AI brings along (Jackson 2, Reactor, context propagation) or
     * DJL (Gson), or Hibernate (transactions: a configuration that makes nothing). Nothing of the application's own gives way to them.
     */
    private static final Set<String> MADE_OF_LIBRARIES = Set.of(
            "jackson2EndpointJsonMapper",
            "jacksonGeoModule",
            "pageModule",
            "reactiveHealthContributorRegistry",
            "org.springframework.boot.actuate.autoconfigure.endpoint.jackson.Jackson2EndpointAutoConfiguration",
            "org.springframework.boot.autoconfigure.task.TaskExecutorConfigurations$TaskExecutorContextPropagationConfiguration",
            "org.springframework.boot.health.autoconfigure.registry.HealthContributorRegistryAutoConfiguration$ReactiveHealthContributorRegistryConfiguration",
            "org.springframework.boot.http.converter.autoconfigure.GsonHttpMessageConvertersConfiguration",
            "org.springframework.boot.transaction.jta.autoconfigure.JtaAutoConfiguration",
            "org.springframework.data.web.config.SpringDataJacksonConfiguration");

    private final ClassPaths classPaths = ClassPaths.read();

    @TempDir
    private Path folder;

    @ParameterizedTest
    @EnumSource
    void theStarterLeavesAnApplicationAsItWas(Host host) throws Exception {
        List<String> withStarter = new ArrayList<>(host.dependencies());
        withStarter.add(Host.STARTER);
        Future<HostSurface> bare;
        Future<HostSurface> hosting;
        try (ExecutorService both = Executors.newFixedThreadPool(2)) {
            bare = both.submit(() -> surface(host, host.dependencies(), "without"));
            hosting = both.submit(() -> surface(host, withStarter, "with"));
        }
        HostSurface without = bare.get();
        HostSurface with = hosting.get();

        assertThat(without.answer()).startsWith("200 application/json").contains("as it was");
        assertThat(without.columns().isEmpty()).isNotEqualTo(host.hasDatabase());
        assertThat(without.health()).containsEntry("ping", "UP").doesNotContainKey("olmo");

        assertThat(with.answer()).isEqualTo(without.answer());
        assertThat(without.beans())
                .as("beans that are gone or changed")
                .isEqualTo(common(with.beans(), without.beans()));
        assertThat(without.columns()).isEqualTo(common(with.columns(), without.columns()));
        assertThat(without.health()).isEqualTo(common(with.health(), without.health()));
        assertThat(with.autoConfigurations()).containsAll(without.autoConfigurations());
        assertThat(with.mappings()).containsAll(without.mappings());

        assertThat(added(with.columns().keySet(), without.columns().keySet())).isEmpty();
        assertThat(added(with.mappings(), without.mappings())).allMatch(OLMO.asPredicate());
        assertThat(added(with.health().keySet(), without.health().keySet())).containsExactly("olmo", "olmoLog");
        assertThat(with.health()).containsEntry("olmo", "UP").containsEntry("olmoLog", "UP");
        assertThat(added(with.files(), without.files())).allMatch(OLMO.asPredicate());
        assertThat(added(with.beans().keySet(), without.beans().keySet()))
                .contains("olmoChatModel")
                .allMatch(name -> OLMO.matcher(name).find()
                        || with.beans().get(name).contains(OF_SPRING_AI)
                        || MADE_OF_LIBRARIES.contains(name));
    }

    private HostSurface surface(Host host, List<String> dependencies, String name) throws Exception {
        List<String> artifacts = new ArrayList<>(dependencies);
        artifacts.add("spring-boot-starter-actuator");
        try (RunningHost running = RunningHost.start(host, classPaths.jars(artifacts), folder.resolve(name))) {
            return HostSurface.of(host, running);
        }
    }

    private static <T> Set<T> added(Collection<T> with, Collection<T> without) {
        Set<T> added = new TreeSet<>(with);
        added.removeAll(without);
        return added;
    }

    /** What has the keys of another. */
    private static SortedMap<String, String> common(SortedMap<String, String> with, Map<String, String> without) {
        SortedMap<String, String> common = new TreeMap<>(with);
        common.keySet().retainAll(without.keySet());
        return common;
    }
}
