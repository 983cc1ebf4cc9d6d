package org.olmo4j.spring.promptlog.writer;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.olmo4j.spring.promptlog.store.StoreOptions;

/** With a PostgreSQL, whose client is killed. */
class PostgresKillTests extends AbstractKillTests {

    private EmbeddedPostgres server;

    @BeforeEach
    void start() throws IOException {
        server = EmbeddedPostgres.start();
    }

    @AfterEach
    void stop() throws IOException {
        server.close();
    }

    @Override
    StoreOptions database() {
        return StoreOptions.of(server.getJdbcUrl("postgres", "postgres"), null, null);
    }
}
