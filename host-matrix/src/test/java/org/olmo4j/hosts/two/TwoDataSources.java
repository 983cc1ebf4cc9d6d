package org.olmo4j.hosts.two;

import javax.sql.DataSource;
import org.olmo4j.hosts.database.TablesEndpoint;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.embedded.EmbeddedDatabaseBuilder;
import org.springframework.jdbc.datasource.embedded.EmbeddedDatabaseType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

@SpringBootApplication
@Import(TablesEndpoint.class)
class TwoDataSources {

    static void main(String[] arguments) {
        SpringApplication.run(TwoDataSources.class, arguments);
    }

    @Bean
    DataSource orders() {
        return database("orders");
    }

    @Bean
    DataSource notes() {
        return database("notes");
    }

    private static DataSource database(String name) {
        return new EmbeddedDatabaseBuilder()
                .setType(EmbeddedDatabaseType.H2)
                .setName(name)
                .addScript("hosts/two-data-sources/" + name + ".sql")
                .build();
    }

    record Note(int id, String text) {}

    @RestController
    static class Notes {

        private final JdbcClient database;

        Notes(@Qualifier("notes") DataSource database) {
            this.database = JdbcClient.create(database);
        }

        @GetMapping("/notes/1")
        Note first() {
            return database.sql("select id, text from note where id = 1")
                    .query(Note.class)
                    .single();
        }
    }
}
