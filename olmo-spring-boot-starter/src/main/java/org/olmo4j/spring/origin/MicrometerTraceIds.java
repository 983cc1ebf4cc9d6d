package org.olmo4j.spring.origin;

import io.micrometer.tracing.Span;
import io.micrometer.tracing.Tracer;
import org.jspecify.annotations.Nullable;

/**
 * The traces of Micrometer Tracing.
 *
 * @param tracer of the application
 */
public record MicrometerTraceIds(Tracer tracer) implements TraceIds {

    @Override
    public @Nullable String current() {
        Span span = tracer.currentSpan();
        return span == null ? null : span.context().traceId();
    }
}
