package org.olmo4j.spring.openai;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.springframework.http.CacheControl;
import org.springframework.http.HttpHeaders;
import org.springframework.http.InvalidMediaTypeException;
import org.springframework.http.MediaType;

/** What requests must be and what streams are. */
final class ContentTypes {

    private static final MediaType EVENT_STREAM = new MediaType(MediaType.TEXT_EVENT_STREAM, StandardCharsets.UTF_8);

    private ContentTypes() {}

    /** Anything but JSON is refused: a web page of another origin could send the other types without asking first. */
    static void requireJson(@Nullable String contentType) {
        if (!isJson(contentType)) {
            throw ApiError.unsupportedMediaType(contentType);
        }
    }

    private static boolean isJson(@Nullable String contentType) {
        if (contentType == null) {
            return false;
        }
        try {
            return MediaType.APPLICATION_JSON.equalsTypeAndSubtype(MediaType.parseMediaType(contentType));
        } catch (InvalidMediaTypeException e) {
            return false;
        }
    }

    /** No cache keeps it and no proxy collects it. */
    static void setEventStream(HttpHeaders headers) {
        headers.setContentType(EVENT_STREAM);
        headers.setCacheControl(CacheControl.noStore());
        headers.set("X-Accel-Buffering", "no");
    }
}
