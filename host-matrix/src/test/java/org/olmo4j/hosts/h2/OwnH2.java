package org.olmo4j.hosts.h2;

import org.olmo4j.hosts.database.TablesEndpoint;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Import;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

@SpringBootApplication
@Import(TablesEndpoint.class)
class OwnH2 {

    static void main(String[] arguments) {
        SpringApplication.run(OwnH2.class, arguments);
    }

    record Note(int id, String text) {}

    @RestController
    static class Notes {

        private final JdbcClient database;

        Notes(JdbcClient database) {
            this.database = database;
        }

        @GetMapping("/notes/1")
        Note first() {
            return database.sql("select id, text from note where id = 1")
                    .query(Note.class)
                    .single();
        }
    }
}
