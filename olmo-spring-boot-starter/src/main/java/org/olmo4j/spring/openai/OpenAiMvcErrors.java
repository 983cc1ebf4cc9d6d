package org.olmo4j.spring.openai;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.olmo4j.spring.openai.ApiAnswer.Document;
import org.springframework.core.Ordered;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.MediaType;
import org.springframework.http.server.PathContainer;
import org.springframework.web.HttpRequestMethodNotSupportedException;
import org.springframework.web.servlet.HandlerExceptionResolver;
import org.springframework.web.servlet.ModelAndView;
import org.springframework.web.servlet.NoHandlerFoundException;
import org.springframework.web.servlet.resource.NoResourceFoundException;
import org.springframework.web.util.ServletRequestPathUtils;

/** Tells clients of the API in its own form what Spring MVC has no handler for. Thread-safe. */
public final class OpenAiMvcErrors implements HandlerExceptionResolver, Ordered {

    private final ApiPaths paths;

    /**
     * Makes the resolver.
     *
     * @param basePath of the API
     */
    public OpenAiMvcErrors(String basePath) {
        this.paths = new ApiPaths(basePath);
    }

    /** Before the host's, which take all. */
    @Override
    public int getOrder() {
        return HIGHEST_PRECEDENCE;
    }

    @Override
    public @Nullable ModelAndView resolveException(
            HttpServletRequest request, HttpServletResponse response, @Nullable Object handler, Exception exception) {
        Optional<Document> answer = answer(request, exception);
        if (answer.isEmpty()) {
            return null;
        }
        if (exception instanceof HttpRequestMethodNotSupportedException refused) {
            response.setHeader(HttpHeaders.ALLOW, ApiPaths.text(allowed(refused)));
        }
        write(response, answer.get());
        return new ModelAndView();
    }

    private Optional<Document> answer(HttpServletRequest request, Exception exception) {
        if (!ServletRequestPathUtils.hasParsedRequestPath(request)) {
            return Optional.empty();
        }
        PathContainer path =
                ServletRequestPathUtils.getParsedRequestPath(request).pathWithinApplication();
        return switch (exception) {
            case NoResourceFoundException missing -> paths.notFound(request.getMethod(), path);
            case NoHandlerFoundException missing -> paths.notFound(request.getMethod(), path);
            case HttpRequestMethodNotSupportedException refused ->
                paths.methodNotAllowed(request.getMethod(), path, allowed(refused));
            default -> Optional.empty();
        };
    }

    private static Set<HttpMethod> allowed(HttpRequestMethodNotSupportedException refused) {
        Set<HttpMethod> methods = refused.getSupportedHttpMethods();
        return methods == null ? Set.of() : methods;
    }

    private static void write(HttpServletResponse response, Document document) {
        byte[] body = document.json().getBytes(StandardCharsets.UTF_8);
        response.setStatus(document.status());
        response.setContentType(MediaType.APPLICATION_JSON_VALUE);
        response.setContentLength(body.length);
        try {
            response.getOutputStream().write(body);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
