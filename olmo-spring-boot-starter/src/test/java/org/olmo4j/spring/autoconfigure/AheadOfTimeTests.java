package org.olmo4j.spring.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.aot.generate.ClassNameGenerator;
import org.springframework.aot.generate.DefaultGenerationContext;
import org.springframework.aot.generate.GeneratedFiles;
import org.springframework.aot.generate.InMemoryGeneratedFiles;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.aot.ApplicationContextAotGenerator;
import org.springframework.core.env.MapPropertySource;
import org.springframework.javapoet.ClassName;

/** What Spring's own processing ahead of time, which runs on a JVM too, makes of the beans of this starter. */
class AheadOfTimeTests {

    @Configuration(proxyBeanMethods = false)
    @ImportAutoConfiguration({OlmoAutoConfiguration.class, OlmoOriginAutoConfiguration.class})
    static class Host {}

    private static String generated(Map<String, Object> keys) {
        InMemoryGeneratedFiles files = new InMemoryGeneratedFiles();
        DefaultGenerationContext generation =
                new DefaultGenerationContext(new ClassNameGenerator(ClassName.get(Host.class)), files);
        try (AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext()) {
            context.getEnvironment().getPropertySources().addFirst(new MapPropertySource("test", keys));
            context.register(Host.class);
            new ApplicationContextAotGenerator().processAheadOfTime(context, generation);
        }
        generation.writeGeneratedContent();
        return String.join(
                "\n", files.getGeneratedFiles(GeneratedFiles.Kind.SOURCE).keySet());
    }

    @Test
    void theModelOfAnApplicationIsProcessed() {
        assertThat(generated(Map.of("olmo.model", "/models/x"))).contains("OlmoAutoConfiguration");
    }

    @Test
    void namedModelsAreProcessed() {
        assertThat(generated(Map.of(
                        "olmo.models.small.model",
                        "/models/x",
                        "olmo.models.large.model",
                        "/models/y",
                        "olmo.primary",
                        "small")))
                .contains("HostedModel");
    }
}
