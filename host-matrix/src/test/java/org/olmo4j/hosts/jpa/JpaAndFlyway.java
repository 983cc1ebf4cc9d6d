package org.olmo4j.hosts.jpa;

import org.olmo4j.hosts.database.TablesEndpoint;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Import;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

@SpringBootApplication
@Import(TablesEndpoint.class)
class JpaAndFlyway {

    static void main(String[] arguments) {
        SpringApplication.run(JpaAndFlyway.class, arguments);
    }

    @RestController
    static class NotesController {

        private final Notes notes;

        NotesController(Notes notes) {
            this.notes = notes;
        }

        @GetMapping("/notes/1")
        @Transactional
        public Note first() {
            return notes.findById(1L).orElseGet(() -> notes.save(new Note(1L, "as it was")));
        }
    }
}
