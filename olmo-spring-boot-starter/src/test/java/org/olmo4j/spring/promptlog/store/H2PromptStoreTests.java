package org.olmo4j.spring.promptlog.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.olmo4j.spring.promptlog.PromptEntries;

/** On a real H2 file. */
class H2PromptStoreTests extends AbstractPromptStoreTests {

    private Path folder;
    private int databases;

    @BeforeAll
    void place(@TempDir Path folder) {
        this.folder = folder;
    }

    @AfterAll
    void close() {
        store.close();
    }

    @Override
    StoreOptions options() {
        return StoreOptions.h2(folder.resolve("prompt-log"));
    }

    @Override
    StoreOptions emptyDatabase() {
        return StoreOptions.h2(folder.resolve("empty" + databases++));
    }

    @Override
    String randomId() {
        return "random_uuid()";
    }

    @Override
    String numbersTo(int count) {
        return "system_range(1, " + count + ")";
    }

    @Override
    String narrowType() {
        return "varchar(3)";
    }

    @Override
    List<String> plan(Statement statement, String sql) throws SQLException {
        try (ResultSet plan = statement.executeQuery("explain " + sql)) {
            plan.next();
            return List.of(plan.getString(1));
        }
    }

    @Test
    void saysWhichProcessesFileItIs(@TempDir Path elsewhere) throws Exception {
        Path file = elsewhere.resolve("shared");
        Process owner = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        H2FileOwner.class.getName(),
                        StoreOptions.h2(file).url())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try {
            assertThat(owner.getInputStream().read()).isEqualTo('o');
            try (PromptStore second =
                    PromptStore.open(StoreOptions.h2(file), PromptEntries.HASHES, Clock.systemUTC())) {
                StoreStatus status = second.awaitFirstAttempt(Duration.ofSeconds(60));
                assertThat(status.state()).isEqualTo(StoreState.FILE_IN_USE);
                assertThat(status.reason()).contains(file.toString()).contains("PostgreSQL");
                assertThatExceptionOfType(StoreException.class)
                        .isThrownBy(() -> second.page(PromptQuery.ALL, 0, 1))
                        .returns(StoreState.FILE_IN_USE, StoreException::state);

                owner.destroyForcibly().waitFor();

                assertThat(second.awaitUp(Duration.ofSeconds(60)).isUp()).isTrue();
            }
        } finally {
            owner.destroyForcibly();
        }
    }
}
