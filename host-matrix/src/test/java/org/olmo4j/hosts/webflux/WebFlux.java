package org.olmo4j.hosts.webflux;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import reactor.core.publisher.Mono;

@SpringBootApplication
class WebFlux {

    static void main(String[] arguments) {
        SpringApplication.run(WebFlux.class, arguments);
    }

    record Note(int id, String text) {}

    @RestController
    static class Notes {

        @GetMapping("/notes/1")
        Mono<Note> first() {
            return Mono.just(new Note(1, "as it was"));
        }
    }
}
