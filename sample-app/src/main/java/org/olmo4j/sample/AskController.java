package org.olmo4j.sample;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.olmo4j.error.RetryLaterException;
import org.springframework.ai.chat.client.ChatClient;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;

/** What an application of your own needs: Spring AI's ChatClient, which does not know that the model runs in the same process. */
@RestController
class AskController {

    private final ChatClient chat;

    AskController(ChatClient.Builder chat) {
        this.chat = chat.build();
    }

    @GetMapping(path = "/ask", produces = "text/plain;charset=UTF-8")
    @Nullable
    String ask(@RequestParam String question) {
        if (question.isBlank()) {
            throw new ResponseStatusException(HttpStatus.BAD_REQUEST, "The question is empty");
        }
        return chat.prompt(question).call().content();
    }

    /** The model has no room at the moment: the client is told when to try again. */
    @ExceptionHandler
    ResponseEntity<ProblemDetail> later(RetryLaterException refusal) {
        return ResponseEntity.status(HttpStatus.SERVICE_UNAVAILABLE)
                .header(HttpHeaders.RETRY_AFTER, Long.toString(seconds(refusal.retryAfter())))
                .body(ProblemDetail.forStatusAndDetail(HttpStatus.SERVICE_UNAVAILABLE, refusal.problem()));
    }

    private static long seconds(Duration time) {
        return Math.max(1, time.plusMillis(999).toSeconds());
    }
}
