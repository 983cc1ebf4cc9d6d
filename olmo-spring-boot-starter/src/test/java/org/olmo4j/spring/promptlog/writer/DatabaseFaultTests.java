package org.olmo4j.spring.promptlog.writer;

import static org.assertj.core.api.Assertions.assertThat;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.olmo4j.spring.promptlog.PromptEntries;
import org.olmo4j.spring.promptlog.PromptEntry;
import org.olmo4j.spring.promptlog.journal.Journal;
import org.olmo4j.spring.promptlog.journal.JournalOptions;
import org.olmo4j.spring.promptlog.store.PromptStore;
import org.olmo4j.spring.promptlog.store.StoreOptions;
import org.olmo4j.spring.promptlog.store.StoreState;
import org.springframework.util.unit.DataSize;

/** A PostgreSQL that is slow, full, refuses the password, or has lost a table: no record is lost, and none waits for it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(180)
class DatabaseFaultTests {

    private static final Duration PATIENCE = Duration.ofSeconds(120);
    private static final int RECORDS = 200;

    private final PromptEntries entries = new PromptEntries(15);
    private EmbeddedPostgres server;
    private CuttableProxy proxy;
    private StoreOptions administrator;
    private StoreOptions user;
    private PromptStore store;
    private Journal journal;
    private PromptWriter writer;

    @BeforeAll
    void start() throws Exception {
        server = EmbeddedPostgres.start();
        proxy = new CuttableProxy(server.getPort());
        administrator = StoreOptions.of(server.getJdbcUrl("postgres", "postgres"), null, null);
        Databases.execute(administrator, "create role olmo login password 'right'");
        try (Connection connection = server.getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery("show hba_file")) {
            result.next();
            Path file = Path.of(result.getString(1));
            // The first line that fits counts.
            Files.writeString(file, "host all olmo all scram-sha-256\n" + Files.readString(file));
            statement.execute("select pg_reload_conf()");
        }
    }

    @BeforeEach
    void open(@TempDir Path folder) throws Exception {
        Databases.execute(administrator, "drop schema public cascade", "create schema public authorization olmo");
        user = StoreOptions.of("jdbc:postgresql://localhost:" + proxy.port() + "/postgres", "olmo", "right");
        Databases.execute(administrator, "alter role olmo password 'right'");
        store = PromptStore.open(user, PromptEntries.HASHES, Clock.systemUTC());
        journal = Journal.open(folder, JournalOptions.DEFAULT);
        writer = new PromptWriter(
                store,
                journal,
                new DeadLetters(folder, DataSize.ofMegabytes(1)),
                WriterOptions.DEFAULT,
                "instance-1",
                Instant.EPOCH,
                keys -> {});
    }

    @AfterEach
    void close() {
        proxy.delay(Duration.ZERO);
        writer.close();
        store.close();
        journal.close();
    }

    @AfterAll
    void stop() throws IOException {
        proxy.close();
        server.close();
    }

    private List<PromptEntry> recorded() {
        List<PromptEntry> all = new ArrayList<>();
        for (int i = 0; i < RECORDS; i++) {
            PromptEntry entry = entries.ended();
            all.add(entry);
            // By the journal alone: whatever the database does.
            writer.record(entry).toCompletableFuture().join();
        }
        return all;
    }

    private void assertAllStored(List<PromptEntry> all) throws Exception {
        assertThat(writer.flush(PATIENCE)).isTrue();
        for (PromptEntry entry : all) {
            assertThat(store.entry(entry.record().id()).orElseThrow().record()).isEqualTo(entry.record());
        }
        assertThat(Databases.rows(administrator)).isEqualTo(all.size());
        assertThat(writer.status()).returns(0L, LogStatus::lost).returns(0L, LogStatus::deadLetters);
        assertThat(writer.status().isDegraded()).isFalse();
        assertThat(store.status().isUp()).isTrue();
    }

    private void awaitState(StoreState state) throws InterruptedException {
        while (store.status().state() != state) {
            TimeUnit.MILLISECONDS.sleep(10);
        }
    }

    @Test
    void slow() throws Exception {
        assertThat(store.awaitUp(PATIENCE).isUp()).isTrue();
        proxy.delay(Duration.ofMillis(400));
        List<PromptEntry> all = recorded();
        assertThat(writer.status().stored()).isLessThan(RECORDS);
        assertThat(writer.flush(PATIENCE)).isTrue();
        proxy.delay(Duration.ZERO);
        assertAllStored(all);
    }

    @Test
    void full() throws Exception {
        assertThat(store.awaitUp(PATIENCE).isUp()).isTrue();
        // What the server says of a disk without room, for each row.
        Databases.execute(
                user,
                "create function full_disk() returns trigger language plpgsql as $$ begin raise exception"
                        + " 'could not extend file: No space left on device' using errcode = '53100'; end $$",
                "create trigger full_disk before insert on olmo_prompt for each row execute function full_disk()");
        List<PromptEntry> all = recorded();
        awaitState(StoreState.REFUSING);
        assertThat(store.status().reason()).contains("its disk is full (SQLSTATE 53100");
        assertThat(writer.status().isDegraded()).isTrue();
        assertThat(writer.status().deadLetters()).isZero();

        Databases.execute(user, "drop trigger full_disk on olmo_prompt");

        assertAllStored(all);
    }

    @Test
    void wrongPasswordAtTheStartAndLater() throws Exception {
        assertThat(store.awaitUp(PATIENCE).isUp()).isTrue();
        List<PromptEntry> all = recorded();
        assertAllStored(all);
        changePassword("another");
        all.addAll(recorded());
        awaitState(StoreState.UNREACHABLE);
        assertThat(writer.status().isDegraded()).isTrue();
        try (PromptStore second = PromptStore.open(user, PromptEntries.HASHES, Clock.systemUTC())) {
            assertThat(second.awaitFirstAttempt(PATIENCE).state()).isEqualTo(StoreState.UNREACHABLE);
            assertThat(second.status().reason())
                    .contains("user or password are refused (SQLSTATE 28P01")
                    .doesNotContain("right");

            changePassword("right");

            assertThat(second.awaitUp(PATIENCE).isUp()).isTrue();
        }
        assertAllStored(all);
    }

    private void changePassword(String password) throws SQLException {
        Databases.execute(
                administrator,
                "alter role olmo password '" + password + "'",
                "select pg_terminate_backend(pid) from pg_stat_activity where usename = 'olmo'");
    }

    @Test
    void aTableThatIsMissing() throws Exception {
        assertThat(store.awaitUp(PATIENCE).isUp()).isTrue();
        Databases.execute(user, "alter table olmo_prompt rename to olmo_elsewhere");
        List<PromptEntry> all = recorded();
        awaitState(StoreState.SCHEMA_INVALID);

        Databases.execute(user, "alter table olmo_elsewhere rename to olmo_prompt");

        assertAllStored(all);
    }
}
