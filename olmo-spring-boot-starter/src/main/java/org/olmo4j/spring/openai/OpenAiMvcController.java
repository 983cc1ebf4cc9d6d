package org.olmo4j.spring.openai;

import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.Principal;
import java.util.concurrent.Executors;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;
import org.olmo4j.spring.openai.ApiAnswer.Document;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.http.server.ServerHttpResponse;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.context.request.async.DeferredResult;
import org.springframework.web.servlet.mvc.method.annotation.ResponseBodyEmitter;
import reactor.core.Disposable;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/**
 * The API in Spring MVC. A request holds its servlet thread only while it is read and admitted: answers are written asynchronously,
 * without the container's time limit, which is made for shorter work.
 */
@RestController
@RequestMapping("${olmo.openai.base-path:/v1}")
public class OpenAiMvcController implements DisposableBean {

    private static final Logger log = LoggerFactory.getLogger(OpenAiMvcController.class);
    private static final long NO_TIMEOUT = -1;

    private final OpenAiApi api;
    /** Virtual threads, since writing to a slow client blocks. */
    private final Scheduler writers = Schedulers.fromExecutorService(Executors.newVirtualThreadPerTaskExecutor());

    /**
     * Makes the controller.
     *
     * @param api what answers
     */
    public OpenAiMvcController(OpenAiApi api) {
        this.api = api;
    }

    /**
     * Chat completions.
     *
     * @param request with a JSON body
     * @return a deferred document or an event stream
     */
    @PostMapping("/chat/completions")
    public Object chat(HttpServletRequest request) {
        return respond(request, api::chat);
    }

    /**
     * Text completions.
     *
     * @param request with a JSON body
     * @return a deferred document or an event stream
     */
    @PostMapping("/completions")
    public Object complete(HttpServletRequest request) {
        return respond(request, api::complete);
    }

    /**
     * The models served.
     *
     * @return a deferred document
     */
    @GetMapping("/models")
    public Object models() {
        return respond(api.models());
    }

    /**
     * One model.
     *
     * @param path the rest of the path: a slash and the model's name, which may have slashes itself
     * @return a deferred document
     */
    @GetMapping("/models/{*path}")
    public Object model(@PathVariable String path) {
        return respond(api.model(path.substring(1)));
    }

    @Override
    public void destroy() {
        writers.dispose();
    }

    private Object respond(HttpServletRequest request, BiFunction<byte[], @Nullable String, ApiAnswer> call) {
        return respond(OpenAiApi.answer(() -> {
            ContentTypes.requireJson(request.getContentType());
            Principal principal = request.getUserPrincipal();
            return call.apply(body(request), principal == null ? null : principal.getName());
        }));
    }

    private Object respond(ApiAnswer answer) {
        return switch (answer) {
            case ApiAnswer.Whole whole -> document(whole);
            case ApiAnswer.Events events -> stream(events);
        };
    }

    private byte[] body(HttpServletRequest request) {
        int limit = api.maxBodyBytes();
        if (request.getContentLengthLong() > limit) {
            throw ApiError.bodyTooLarge(limit);
        }
        try {
            byte[] body = request.getInputStream().readNBytes(limit + 1);
            if (body.length > limit) {
                throw ApiError.bodyTooLarge(limit);
            }
            return body;
        } catch (IOException e) {
            log.debug("A request body broke off: {}", e.toString());
            throw ApiError.brokenOff();
        }
    }

    private static DeferredResult<ResponseEntity<byte[]>> document(ApiAnswer.Whole answer) {
        DeferredResult<ResponseEntity<byte[]>> result = new DeferredResult<>(NO_TIMEOUT);
        Disposable subscription = answer.document().subscribe(document -> result.setResult(entity(document)));
        result.onCompletion(() -> {
            subscription.dispose();
            answer.cancel();
        });
        return result;
    }

    private static ResponseEntity<byte[]> entity(Document document) {
        ResponseEntity.BodyBuilder response =
                ResponseEntity.status(document.status()).contentType(MediaType.APPLICATION_JSON);
        document.retryAfterSeconds().ifPresent(seconds -> response.header(HttpHeaders.RETRY_AFTER, seconds));
        return response.body(document.json().getBytes(StandardCharsets.UTF_8));
    }

    /** A client that went away shows when writing fails; that, as every end, cancels what still runs. */
    private EventStream stream(ApiAnswer.Events answer) {
        EventStream stream = new EventStream();
        Disposable subscription = answer.events()
                .publishOn(writers)
                .takeWhile(stream::write)
                .doOnComplete(stream::complete)
                .subscribe();
        stream.onCompletion(() -> {
            subscription.dispose();
            answer.cancel();
        });
        return stream;
    }

    private static final class EventStream extends ResponseBodyEmitter {

        EventStream() {
            super(NO_TIMEOUT);
        }

        @Override
        protected void extendResponse(ServerHttpResponse response) {
            super.extendResponse(response);
            ContentTypes.setEventStream(response.getHeaders());
        }

        /** Whether the client could still be written to. */
        boolean write(String event) {
            try {
                send(event.getBytes(StandardCharsets.UTF_8), null);
                return true;
            } catch (IOException | IllegalStateException e) {
                // Sending is how one learns that the client is gone, or that the container has ended the response.
                log.debug("An event stream ended early: {}", e.toString());
                return false;
            }
        }
    }
}
