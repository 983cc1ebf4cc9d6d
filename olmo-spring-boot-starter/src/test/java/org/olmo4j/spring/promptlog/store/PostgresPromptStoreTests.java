package org.olmo4j.spring.promptlog.store;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** On a real PostgreSQL, started from Central's jars. */
class PostgresPromptStoreTests extends AbstractPromptStoreTests {

    private EmbeddedPostgres server;
    private int databases;

    @BeforeAll
    void start() throws IOException {
        server = EmbeddedPostgres.start();
    }

    @AfterAll
    void stop() throws IOException {
        store.close();
        server.close();
    }

    @Override
    StoreOptions options() {
        return database("postgres");
    }

    @Override
    StoreOptions emptyDatabase() throws Exception {
        String name = "empty" + databases++;
        execute(options(), "create database " + name);
        return database(name);
    }

    private StoreOptions database(String name) {
        return StoreOptions.of(server.getJdbcUrl("postgres", name), null, null);
    }

    @Override
    String randomId() {
        return "gen_random_uuid()";
    }

    @Override
    String numbersTo(int count) {
        return "generate_series(1, " + count + ")";
    }

    @Override
    String narrowType() {
        return "type varchar(3)";
    }

    /** With so few rows, reading all of them is quicker than any index; so that is made dear. */
    @Override
    List<String> plan(Statement statement, String sql) throws SQLException {
        statement.execute("set enable_seqscan = off");
        statement.execute("set enable_sort = off");
        statement.execute("set enable_bitmapscan = off");
        List<String> lines = new ArrayList<>();
        try (ResultSet plan = statement.executeQuery("explain " + sql)) {
            while (plan.next()) {
                lines.add(plan.getString(1));
            }
        }
        return lines;
    }
}
