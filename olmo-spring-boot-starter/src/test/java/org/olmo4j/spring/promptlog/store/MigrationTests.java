package org.olmo4j.spring.promptlog.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.olmo4j.spring.promptlog.ContentState;
import org.olmo4j.spring.promptlog.PromptEntry;

/** Tables of every earlier version, with rows, are brought to the present one, and the rows are as they were. */
@Timeout(300)
class MigrationTests {

    private static final int ROWS = 10_000;
    private static final List<String> EARLIER = List.of("1", "2");

    @Test
    void onH2(@TempDir Path folder) throws Exception {
        for (String version : EARLIER) {
            StoreOptions options = StoreOptions.h2(folder.resolve("of-version-" + version));
            assertMigrates(options, version, "system_range(1, " + ROWS + ")", "cast(x as varchar)");
        }
    }

    @Test
    void onPostgres() throws Exception {
        try (EmbeddedPostgres server = EmbeddedPostgres.start()) {
            for (String version : EARLIER) {
                String name = "of_version_" + version;
                StoreOptions administrator = StoreOptions.of(server.getJdbcUrl("postgres", "postgres"), null, null);
                AbstractPromptStoreTests.execute(administrator, "create database " + name);
                StoreOptions options = StoreOptions.of(server.getJdbcUrl("postgres", name), null, null);
                assertMigrates(options, version, "generate_series(1, " + ROWS + ") as numbers (x)", "x::varchar");
            }
        }
    }

    private static void assertMigrates(StoreOptions options, String version, String numbers, String text)
            throws Exception {
        Flyway.configure()
                .dataSource(options.url(), options.user(), options.password())
                .locations("classpath:db/olmo/common", "classpath:db/olmo/" + options.vendor())
                .table("olmo_schema_history")
                .target(version)
                .load()
                .migrate();
        String id = "cast('00000000-0000-7000-8000-' || lpad(" + text + ", 12, '0') as uuid)";
        AbstractPromptStoreTests.execute(
                options,
                """
                insert into olmo_prompt (id, generation_id, instance, user_key, user_kind, session_key, conversation, trace_id, surface,
                    model_name, received, started, first_token, ended, queue_micros, time_to_first_token_micros, total_micros,
                    temperature, top_p, top_k, max_tokens, seed, sample_index, options, replay_key, prompt_tokens, cached_tokens,
                    completion_tokens, status, finish_reason, error_type, error_message, active_microjoules, full_microjoules,
                    energy_provenance, content_state, prompt_hash, answer_hash, repaired)
                select %1$s, 'gen-' || %2$s, 'instance-1', 'user-' || %2$s, 'PLAIN', 'session', 'conversation', 'trace-' || %2$s, 'chat',
                    'demo', t, t, t, t, x, x, x, 0.5, 0.9, 40, 100, x, 0, '{}', 'key', x, 0,
                    7, 'FAILED', 'FAILED', 'DeviceFailedException', 'lost', x, x, 'MEASURED', 'FULL', 'hash', 'hash', false
                from (select x, timestamp with time zone '2026-01-01 00:00:00Z' as t from %3$s) as source\
                """.formatted(id, text, numbers),
                "insert into olmo_content_key (id, user_key, wrapped, master_key_id, created)"
                        + " select id, user_key, decode('00ff', 'hex'), 'm1', received from olmo_prompt"
                                .replace("decode('00ff', 'hex')", options.isH2() ? "x'00ff'" : "decode('00ff', 'hex')"),
                "insert into olmo_prompt_content (id, received, prompt, answer, key_id)"
                        + " select id, received, null, wrapped, k.id from olmo_prompt p join olmo_content_key k using (id)"
                                .replace("select id, received", "select p.id, p.received"),
                "insert into olmo_erasure (user_hash, erased) values ('guessable', current_timestamp)",
                "insert into olmo_admin_read (id, happened, reader, activity) select id, received, 'ann', 'list' from"
                        + " olmo_prompt");
        List<String> before = contents(options);

        try (PromptStore store = AbstractPromptStoreTests.opened(options)) {
            assertThat(contents(options)).hasSize(5 * ROWS - ROWS).isEqualTo(before);
            PromptEntry entry = store.entry(UUID.fromString("00000000-0000-7000-8000-000000000042"))
                    .orElseThrow();
            assertThat(entry.record().caller().traceId()).isEqualTo("trace-42");
            assertThat(entry.record().tokens().promptTokens()).isEqualTo(42);
            assertThat(entry.record().outcome().errorType()).isEqualTo("DeviceFailedException");
            assertThat(entry.record().contentState()).isEqualTo(ContentState.FULL);
            assertThat(entry.content().answer()).containsExactly(0, 255);
            assertThat(AbstractPromptStoreTests.count(options, "olmo_erasure")).isZero();
        }
        try (PromptStore strict = AbstractPromptStoreTests.opened(options.withSchema(SchemaMode.VALIDATE))) {
            assertThat(strict.status().isUp()).isTrue();
        }
    }

    /** All columns that this release has. */
    private static List<String> contents(StoreOptions options) throws SQLException {
        List<String> rows = new ArrayList<>();
        try (Connection connection = DriverManager.getConnection(options.url());
                Statement statement = connection.createStatement()) {
            for (String sql : List.of(
                    """
                    select id, generation_id, instance, user_key, user_kind, session_key, conversation, trace_id, replay_of, model_name,
                        fingerprint, weight_type, backend, received, started, first_token, ended, queue_micros, time_to_first_token_micros,
                        total_micros, temperature, top_p, top_k, max_tokens, seed, sample_index, options, replay_key, prompt_tokens,
                        cached_tokens, completion_tokens, status, finish_reason, error_type, active_microjoules, full_microjoules,
                        energy_provenance, location_micrograms, market_micrograms, embodied_micrograms, content_state, prompt_hash,
                        answer_hash, repaired from olmo_prompt order by id\
                    """,
                    "select id, received, prompt, answer, key_id from olmo_prompt_content order by id",
                    "select id, user_key, wrapped, master_key_id, created from olmo_content_key order by id",
                    "select id, happened, reader, activity, filter, record_id from olmo_admin_read order by id")) {
                try (ResultSet result = statement.executeQuery(sql)) {
                    while (result.next()) {
                        rows.add(row(result));
                    }
                }
            }
        }
        return rows;
    }

    private static String row(ResultSet result) throws SQLException {
        StringBuilder row = new StringBuilder();
        for (int column = 1; column <= result.getMetaData().getColumnCount(); column++) {
            Object value = result.getObject(column);
            row.append(value instanceof byte[] bytes ? new String(bytes, StandardCharsets.ISO_8859_1) : value)
                    .append('|');
        }
        return row.toString();
    }
}
