package org.olmo4j.spring.openai;

import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.olmo4j.engine.FinishReason;
import org.olmo4j.engine.GenerationResult;
import org.olmo4j.error.BackendUnavailableException;
import org.olmo4j.error.BudgetExceededException;
import org.olmo4j.error.ContextLengthExceededException;
import org.olmo4j.error.DeadlineExceededException;
import org.olmo4j.error.EngineBusyException;
import org.olmo4j.error.EngineClosedException;
import org.olmo4j.error.InvalidRequestException;
import org.olmo4j.error.OlmoException;
import org.olmo4j.error.RateLimitExceededException;
import org.olmo4j.error.RetryLaterException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What went wrong, in OpenAI's terms.
 *
 * @param status HTTP status, where it can still be sent
 * @param message for people
 * @param type OpenAI's error type
 * @param param the request field at fault
 * @param code for programs
 * @param retryAfter when to try again
 */
record ApiError(
        int status,
        String message,
        String type,
        @Nullable String param,
        @Nullable String code,
        Optional<Duration> retryAfter) {

    private static final Logger log = LoggerFactory.getLogger(ApiError.class);

    private static final String INVALID_REQUEST = "invalid_request_error";
    private static final String SERVER_ERROR = "server_error";

    /** The JSON form. */
    record Body(Detail error) {
        record Detail(
                String message,
                String type,
                @Nullable String param,
                @Nullable String code) {}
    }

    Body body() {
        return new Body(new Body.Detail(message, type, param, code));
    }

    ApiError withParam(String name) {
        return new ApiError(status, message, type, name, code, retryAfter);
    }

    /** An exception for a field that cannot be honoured as it is. */
    static ApiException invalid(String param, String message) {
        return invalid(param, message, null);
    }

    /** An exception for a body that cannot be read at all. */
    static ApiException unreadable(String message) {
        return invalid(null, message, null);
    }

    /** An exception for a body whose end does not come: the client left, or what it sends is not HTTP. No fault of this server. */
    static ApiException brokenOff() {
        return unreadable("The request body could not be read to its end.");
    }

    static ApiException invalid(@Nullable String param, String message, @Nullable String code) {
        return new ApiException(new ApiError(400, message, INVALID_REQUEST, param, code, Optional.empty()));
    }

    static ApiException modelNotFound(String requested, Set<String> served) {
        return new ApiException(new ApiError(
                404,
                "The model '" + requested + "' does not exist here; served " + (served.size() == 1 ? "is '" : "are '")
                        + String.join("', '", served) + "'.",
                INVALID_REQUEST,
                "model",
                "model_not_found",
                Optional.empty()));
    }

    static ApiException bodyTooLarge(int maxBytes) {
        return new ApiException(new ApiError(
                413,
                "The request body is longer than " + maxBytes + " bytes.",
                INVALID_REQUEST,
                null,
                "request_too_large",
                Optional.empty()));
    }

    static ApiException unsupportedMediaType(@Nullable String contentType) {
        return new ApiException(new ApiError(
                415,
                "The content type is " + contentType + "; only application/json is understood.",
                INVALID_REQUEST,
                null,
                "unsupported_media_type",
                Optional.empty()));
    }

    static ApiError unknownUrl(String method, String path, String base) {
        return new ApiError(
                404,
                "There is no " + method + " " + path + " here; served are " + base + "/chat/completions, " + base
                        + "/completions and " + base + "/models.",
                INVALID_REQUEST,
                null,
                "unknown_url",
                Optional.empty());
    }

    static ApiError methodNotAllowed(String method, String path, String allowed) {
        return new ApiError(
                405,
                method + " is not allowed on " + path + "; allowed: " + allowed + ".",
                INVALID_REQUEST,
                null,
                "method_not_allowed",
                Optional.empty());
    }

    /** Throws the error of a generation that did not end as asked for. */
    static void requireAnswered(GenerationResult result) {
        if (result.error() != null) {
            throw new ApiException(of(result.error()));
        }
        if (result.finishReason() != FinishReason.STOP && result.finishReason() != FinishReason.LENGTH) {
            throw new ApiException(new ApiError(
                    503, "The generation was cancelled.", SERVER_ERROR, null, "cancelled", Optional.empty()));
        }
    }

    /** Failures of this library say what is wrong; anything else is logged and only called an internal error. */
    static ApiError of(Throwable failure) {
        return switch (failure) {
            case ApiException known -> known.error();
            case ContextLengthExceededException e ->
                new ApiError(
                        400, message(e), INVALID_REQUEST, e.parameter(), "context_length_exceeded", Optional.empty());
            case InvalidRequestException e ->
                new ApiError(400, message(e), INVALID_REQUEST, e.parameter(), null, Optional.empty());
            case EngineBusyException e -> server(503, e, "engine_overloaded", Optional.of(e.retryAfter()));
            case RateLimitExceededException e ->
                new ApiError(429, message(e), "requests", null, "rate_limit_exceeded", Optional.of(e.retryAfter()));
            case BudgetExceededException e ->
                new ApiError(
                        429, message(e), "insufficient_quota", null, "insufficient_quota", Optional.of(e.retryAfter()));
            case RetryLaterException e -> server(503, e, "unavailable", Optional.of(e.retryAfter()));
            case EngineClosedException e -> server(503, e, "engine_closed", Optional.empty());
            case BackendUnavailableException e -> server(503, e, "backend_unavailable", Optional.empty());
            case DeadlineExceededException e -> server(504, e, "deadline_exceeded", Optional.empty());
            case OlmoException e -> {
                log.error("A generation failed: {}", e.getMessage(), e);
                yield server(500, e, "generation_failed", Optional.empty());
            }
            default -> {
                log.error("A request to the OpenAI-compatible API failed unexpectedly", failure);
                yield new ApiError(
                        500,
                        "An internal error occurred; see the log.",
                        SERVER_ERROR,
                        null,
                        "internal_error",
                        Optional.empty());
            }
        };
    }

    private static ApiError server(int status, OlmoException failure, String code, Optional<Duration> retryAfter) {
        return new ApiError(status, message(failure), SERVER_ERROR, null, code, retryAfter);
    }

    private static String message(OlmoException failure) {
        return failure.problem() + ". " + failure.hint() + ".";
    }
}
