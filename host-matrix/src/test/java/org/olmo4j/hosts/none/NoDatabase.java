package org.olmo4j.hosts.none;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

@SpringBootApplication
class NoDatabase {

    static void main(String[] arguments) {
        SpringApplication.run(NoDatabase.class, arguments);
    }

    record Note(int id, String text) {}

    @RestController
    static class Notes {

        @GetMapping("/notes/1")
        Note first() {
            return new Note(1, "as it was");
        }
    }
}
