package org.olmo4j.spring.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.olmo4j.engine.Engine;
import org.olmo4j.spring.autoconfigure.promptlog.OlmoPromptLogAutoConfiguration;
import org.olmo4j.spring.promptlog.store.StoreException;
import org.olmo4j.spring.promptlog.store.StoreState;
import org.olmo4j.spring.testing.ScriptedEngine;
import org.springframework.beans.factory.BeanCreationException;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.mock.env.MockEnvironment;

/** The page that an operator sees when the application does not start because of the log. */
@ExtendWith(OutputCaptureExtension.class)
class PromptLogFailureAnalyzerTests {

    private static final String KEY = "olmo.log.master-keys=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
    private static final String OR = "Or do without the prompt log: olmo.log.enabled=false.";

    @Configuration(proxyBeanMethods = false)
    @ImportAutoConfiguration({OlmoPromptLogAutoConfiguration.class, OlmoAutoConfiguration.class})
    static class Application {

        @Bean
        Engine engine() {
            return ScriptedEngine.withoutTokenizer();
        }
    }

    private static void start(String... arguments) {
        List<String> all = new ArrayList<>(List.of("--olmo.log.enabled=true", "--olmo.model=not loaded"));
        for (String argument : arguments) {
            all.add("--" + argument);
        }
        assertThatThrownBy(() -> new SpringApplicationBuilder(Application.class)
                        .web(WebApplicationType.NONE)
                        .run(all.toArray(String[]::new)))
                .isInstanceOf(RuntimeException.class);
    }

    private static void assertExplained(CapturedOutput output, String... parts) {
        assertThat(output)
                .contains("APPLICATION FAILED TO START", "Description:", "Action:", OR)
                .contains(parts)
                .doesNotContain("\tat org.olmo4j");
    }

    @Test
    void aFolderThatCannotBeMadeNamesTheFolder(@TempDir Path folder, CapturedOutput output) throws IOException {
        Path file = Files.createFile(folder.resolve("a-file"));

        start("olmo.log.folder=" + file, KEY);

        assertExplained(output, "The journal's folder", "Configured by olmo.log.folder=" + file, "(olmo.log.folder).");
    }

    @Test
    void aKeyThatCannotBeMadeInTheFolderNamesTheFolderAndTheKeyFile(@TempDir Path folder, CapturedOutput output)
            throws IOException {
        Path file = Files.createFile(folder.resolve("a-file"));

        start("olmo.log.folder=" + file);

        assertExplained(output, "The key file", "Configured by olmo.log.folder=" + file, "(olmo.log.key-file).");
    }

    @Test
    void aKeyFileThatCannotBeReadNamesTheKeyFile(@TempDir Path folder, CapturedOutput output) {
        start("olmo.log.folder=" + folder, "olmo.log.key-file=" + folder);

        assertExplained(output, "The key file", "Configured by olmo.log.key-file=" + folder);
    }

    @Test
    void aKeyThatIsNoneNamesThePropertyAndNotTheKey(@TempDir Path folder, CapturedOutput output) {
        start("olmo.log.folder=" + folder, "olmo.log.master-keys=geheim");

        assertExplained(output, "A master key", "Configured by olmo.log.master-keys (");
        assertThat(output).doesNotContain("geheim");
    }

    @Test
    void aDatabaseThatAnotherProcessHasNamesTheUrlWithoutItsPassword() {
        MockEnvironment environment = new MockEnvironment().withProperty("olmo.log.url", "jdbc:h2:x;PASSWORD=geheim");

        FailureAnalysis analysis = new PromptLogFailureAnalyzer(environment)
                .analyze(new BeanCreationException(
                        "olmoPromptLogService",
                        "failed",
                        new StoreException(StoreState.FILE_IN_USE, "It is open elsewhere. Stop that one", null)));

        assertThat(analysis).isNotNull();
        assertThat(analysis.getDescription())
                .startsWith("It is open elsewhere.")
                .contains("olmo.log.url")
                .doesNotContain("geheim");
        assertThat(analysis.getAction()).contains("olmo.log.url").endsWith(OR);
    }

    @Test
    void aFileBesideTheJournalNamesTheFolder(@TempDir Path folder, CapturedOutput output) throws IOException {
        Files.createDirectory(folder.resolve("instance"));

        start("olmo.log.folder=" + folder);

        assertExplained(output, "instance", "Configured by olmo.log.folder=" + folder);
    }

    @Test
    void whatIsNotOfTheLogIsLeftToOthers() {
        PromptLogFailureAnalyzer analyzer = new PromptLogFailureAnalyzer(new MockEnvironment());

        assertThat(analyzer.analyze(new IllegalStateException("other"))).isNull();
        assertThat(analyzer.analyze(new BeanCreationException(
                        "another", "failed", new UncheckedIOException(new IOException("disk")))))
                .isNull();
    }

    @Test
    void aBadRetentionOfRecordsIsNotTakenForThatOfTexts(@TempDir Path folder, CapturedOutput output) {
        start("olmo.log.folder=" + folder, "olmo.log.retention.records=-1d");

        assertThat(output)
                .contains("APPLICATION FAILED TO START", "configuration property 'olmo.log.retention.records'")
                .doesNotContain("olmo.log.retention.content");
    }
}
