package org.olmo4j.spring.openai;

import java.util.Optional;
import org.olmo4j.spring.openai.ApiAnswer.Document;
import org.springframework.core.Ordered;
import org.springframework.http.HttpStatus;
import org.springframework.http.server.PathContainer;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.web.reactive.HandlerMapping;
import org.springframework.web.reactive.resource.NoResourceFoundException;
import org.springframework.web.server.MethodNotAllowedException;
import org.springframework.web.server.ResponseStatusException;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebExceptionHandler;
import reactor.core.publisher.Mono;

/** Tells clients of the API in its own form what Spring WebFlux has no handler for. Thread-safe. */
public final class OpenAiWebFluxErrors implements WebExceptionHandler, Ordered {

    private final ApiPaths paths;

    /**
     * Makes the handler.
     *
     * @param basePath of the API
     */
    public OpenAiWebFluxErrors(String basePath) {
        this.paths = new ApiPaths(basePath);
    }

    /** Before Boot's, which takes all and has -1. */
    @Override
    public int getOrder() {
        return -2;
    }

    @Override
    public Mono<Void> handle(ServerWebExchange exchange, Throwable failure) {
        return answer(exchange, failure)
                .filter(known -> !exchange.getResponse().isCommitted())
                .map(known -> {
                    if (failure instanceof MethodNotAllowedException refused) {
                        exchange.getResponse().getHeaders().setAllow(refused.getSupportedMethods());
                    }
                    return OpenAiWebFluxController.write(exchange.getResponse(), known);
                })
                .orElseGet(() -> Mono.error(failure));
    }

    private Optional<Document> answer(ServerWebExchange exchange, Throwable failure) {
        ServerHttpRequest request = exchange.getRequest();
        String method = request.getMethod().name();
        PathContainer path = request.getPath().pathWithinApplication();
        return switch (failure) {
            case NoResourceFoundException missing -> paths.notFound(method, path);
            case MethodNotAllowedException refused ->
                paths.methodNotAllowed(method, path, refused.getSupportedMethods());
            case ResponseStatusException missing
            when missing.getStatusCode().isSameCodeAs(HttpStatus.NOT_FOUND) && hasNoHandler(exchange) ->
                paths.notFound(method, path);
            default -> Optional.empty();
        };
    }

    /** A host without static resources gets no type of its own for that. */
    private static boolean hasNoHandler(ServerWebExchange exchange) {
        return exchange.getAttribute(HandlerMapping.BEST_MATCHING_HANDLER_ATTRIBUTE) == null;
    }
}
