package org.olmo4j.spring.openai;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.olmo4j.spring.openai.ApiAnswer.Document;
import org.springframework.http.HttpMethod;
import org.springframework.http.server.PathContainer;
import org.springframework.web.util.pattern.PathPattern;
import org.springframework.web.util.pattern.PathPatternParser;

/**
 * The paths of the API, and what is said of requests beneath them that nobody answers. What the host answers there itself stays as it is. Thread-safe.
 */
final class ApiPaths {

    private final String base;
    private final PathPattern beneath;
    private final List<PathPattern> served;

    /**
     * Beneath a path.
     *
     * @param base of the API, such as {@code /v1}
     */
    ApiPaths(String base) {
        PathPatternParser patterns = PathPatternParser.defaultInstance;
        this.base = patterns.initFullPathPattern(base).replaceAll("/+$", "");
        this.beneath = patterns.parse(this.base + "/**");
        this.served = List.of(
                patterns.parse(this.base + "/chat/completions"),
                patterns.parse(this.base + "/completions"),
                patterns.parse(this.base + "/models/**"));
    }

    /** The answer to a request for which there is no handler; empty if it is none of the API's. */
    Optional<Document> notFound(String method, PathContainer path) {
        return beneath.matches(path)
                ? Optional.of(Document.of(ApiError.unknownUrl(method, path.value(), base)))
                : Optional.empty();
    }

    /** The answer to a request whose path is the API's, but not its method; empty if the path is the host's. */
    Optional<Document> methodNotAllowed(String method, PathContainer path, Set<HttpMethod> allowed) {
        return served.stream().anyMatch(pattern -> pattern.matches(path))
                ? Optional.of(Document.of(ApiError.methodNotAllowed(method, path.value(), text(allowed))))
                : Optional.empty();
    }

    /** As the header {@code Allow} has them. */
    static String text(Set<HttpMethod> methods) {
        return methods.stream().map(HttpMethod::name).sorted().collect(Collectors.joining(", "));
    }
}
