package org.olmo4j.spring.openai;

import java.nio.charset.StandardCharsets;
import java.security.Principal;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.olmo4j.spring.openai.ApiAnswer.Document;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferLimitException;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.MediaType;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/** The API in Spring WebFlux. Requests are parsed, encoded and admitted in virtual threads, never on an event loop. */
@Controller
@RequestMapping("${olmo.openai.base-path:/v1}")
public class OpenAiWebFluxController implements DisposableBean {

    private static final Logger log = LoggerFactory.getLogger(OpenAiWebFluxController.class);

    private final OpenAiApi api;
    private final Scheduler workers = Schedulers.fromExecutorService(Executors.newVirtualThreadPerTaskExecutor());

    /**
     * Makes the controller.
     *
     * @param api what answers
     */
    public OpenAiWebFluxController(OpenAiApi api) {
        this.api = api;
    }

    /**
     * Chat completions.
     *
     * @param exchange with a JSON body
     * @return completes when the response is written
     */
    @PostMapping("/chat/completions")
    public Mono<Void> chat(ServerWebExchange exchange) {
        return respond(exchange, api::chat);
    }

    /**
     * Text completions.
     *
     * @param exchange with a JSON body
     * @return completes when the response is written
     */
    @PostMapping("/completions")
    public Mono<Void> complete(ServerWebExchange exchange) {
        return respond(exchange, api::complete);
    }

    /**
     * The models served.
     *
     * @param exchange without a body
     * @return completes when the response is written
     */
    @GetMapping("/models")
    public Mono<Void> models(ServerWebExchange exchange) {
        return write(exchange, api::models);
    }

    /**
     * One model.
     *
     * @param path the rest of the path: a slash and the model's name, which may have slashes itself
     * @param exchange without a body
     * @return completes when the response is written
     */
    @GetMapping("/models/{*path}")
    public Mono<Void> model(@PathVariable String path, ServerWebExchange exchange) {
        return write(exchange, () -> api.model(path.substring(1)));
    }

    @Override
    public void destroy() {
        workers.dispose();
    }

    private Mono<Void> respond(ServerWebExchange exchange, BiFunction<byte[], @Nullable String, ApiAnswer> call) {
        Mono<Optional<String>> principal = exchange.getPrincipal()
                .map(Principal::getName)
                .map(Optional::of)
                .defaultIfEmpty(Optional.empty());
        Mono<Supplier<ApiAnswer>> answer = Mono.zip(body(exchange.getRequest()), principal, (body, user) ->
                        (Supplier<ApiAnswer>) () -> call.apply(body, user.orElse(null)))
                .onErrorResume(failure -> Mono.just(() -> ApiAnswer.of(Document.of(ApiError.of(failure)))));
        return answer.flatMap(known -> write(exchange, known));
    }

    private Mono<byte[]> body(ServerHttpRequest request) {
        return Mono.defer(() -> {
            ContentTypes.requireJson(request.getHeaders().getFirst(HttpHeaders.CONTENT_TYPE));
            return DataBufferUtils.join(request.getBody(), api.maxBodyBytes())
                    .map(OpenAiWebFluxController::bytes)
                    .defaultIfEmpty(new byte[0])
                    .onErrorMap(this::unreadable);
        });
    }

    private Throwable unreadable(Throwable failure) {
        if (failure instanceof DataBufferLimitException) {
            return ApiError.bodyTooLarge(api.maxBodyBytes());
        }
        log.debug("A request body broke off: {}", failure.toString());
        return ApiError.brokenOff();
    }

    private static byte[] bytes(DataBuffer buffer) {
        byte[] bytes = new byte[buffer.readableByteCount()];
        buffer.read(bytes);
        DataBufferUtils.release(buffer);
        return bytes;
    }

    /** The answer is a resource of its response: when that ends in whatever way, what still runs is cancelled. */
    private Mono<Void> write(ServerWebExchange exchange, Supplier<ApiAnswer> call) {
        return Mono.using(
                        () -> OpenAiApi.answer(call),
                        answer -> write(exchange.getResponse(), answer),
                        ApiAnswer::cancel)
                .subscribeOn(workers);
    }

    private static Mono<Void> write(ServerHttpResponse response, ApiAnswer answer) {
        return switch (answer) {
            case ApiAnswer.Whole whole -> whole.document().flatMap(document -> write(response, document));
            case ApiAnswer.Events events -> {
                ContentTypes.setEventStream(response.getHeaders());
                yield response.writeAndFlushWith(events.events().map(event -> Mono.just(buffer(response, event))));
            }
        };
    }

    static Mono<Void> write(ServerHttpResponse response, Document document) {
        response.setStatusCode(HttpStatusCode.valueOf(document.status()));
        response.getHeaders().setContentType(MediaType.APPLICATION_JSON);
        document.retryAfterSeconds().ifPresent(seconds -> response.getHeaders().set(HttpHeaders.RETRY_AFTER, seconds));
        return response.writeWith(Mono.just(buffer(response, document.json())));
    }

    private static DataBuffer buffer(ServerHttpResponse response, String text) {
        return response.bufferFactory().wrap(text.getBytes(StandardCharsets.UTF_8));
    }
}
