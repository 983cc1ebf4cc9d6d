package org.olmo4j.sample;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/** A web application that chats with an OLMo model running in its own process. */
@SpringBootApplication
public class OlmoSampleApplication {

    /** Starts the application with the given Spring Boot arguments. */
    public static void main(String[] args) {
        SpringApplication.run(OlmoSampleApplication.class, args);
    }
}
