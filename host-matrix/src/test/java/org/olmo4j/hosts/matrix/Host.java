package org.olmo4j.hosts.matrix;

import java.util.List;
import java.util.Locale;

/** The applications, and what each depends on beside the actuator. */
enum Host {
    NO_DATABASE("none.NoDatabase", "spring-boot-starter-webmvc"),
    JPA_AND_FLYWAY(
            "jpa.JpaAndFlyway",
            "spring-boot-starter-webmvc",
            "spring-boot-starter-data-jpa",
            "spring-boot-starter-flyway",
            "h2"),
    LIQUIBASE("liquibase.OwnLiquibase", "spring-boot-starter-webmvc", "spring-boot-starter-liquibase", "h2"),
    TWO_DATA_SOURCES("two.TwoDataSources", "spring-boot-starter-webmvc", "spring-boot-starter-jdbc", "h2"),
    WEBFLUX("webflux.WebFlux", "spring-boot-starter-webflux"),
    OWN_H2("h2.OwnH2", "spring-boot-starter-webmvc", "spring-boot-starter-jdbc", "spring-boot-h2console", "h2");

    static final String STARTER = "olmo-spring-boot-starter";

    private final String mainClass;
    private final List<String> dependencies;

    Host(String mainClass, String... dependencies) {
        this.mainClass = "org.olmo4j.hosts." + mainClass;
        this.dependencies = List.of(dependencies);
    }

    String mainClass() {
        return mainClass;
    }

    /** Artifacts of its own, without the starter. */
    List<String> dependencies() {
        return dependencies;
    }

    boolean hasDatabase() {
        return dependencies.contains("h2");
    }

    /** Where its configuration and scripts are. */
    String folder() {
        return "hosts/" + name().toLowerCase(Locale.ROOT).replace('_', '-') + "/";
    }
}
