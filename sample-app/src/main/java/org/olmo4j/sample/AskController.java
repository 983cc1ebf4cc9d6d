package org.olmo4j.sample;

import org.jspecify.annotations.Nullable;
import org.springframework.ai.chat.client.ChatClient;
import org.springframework.http.HttpStatus;
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
}
