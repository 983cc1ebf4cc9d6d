package org.olmo4j.spring.promptlog.admin;

import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.olmo4j.spring.promptlog.PromptStatus;
import org.olmo4j.spring.promptlog.identity.Pseudonyms;
import org.olmo4j.spring.promptlog.recording.Identities;
import org.olmo4j.spring.promptlog.store.PromptQuery;

/**
 * Which records an administrator asks for. Null does not restrict.
 *
 * @param from received at this time or later
 * @param until received before this time
 * @param user as the application names it
 * @param session as the application names it
 * @param conversation of this id
 * @param traceId of this trace
 * @param generationId of this generation
 * @param model of this public name
 * @param status how far it came
 * @param leastTokens of prompt and answer
 * @param mostTokens of prompt and answer
 * @param leastLatency from received to ended
 * @param mostLatency likewise
 */
public record PromptFilter(
        @Nullable Instant from,
        @Nullable Instant until,
        @Nullable String user,
        @Nullable String session,
        @Nullable String conversation,
        @Nullable String traceId,
        @Nullable String generationId,
        @Nullable String model,
        @Nullable PromptStatus status,
        @Nullable Integer leastTokens,
        @Nullable Integer mostTokens,
        @Nullable Duration leastLatency,
        @Nullable Duration mostLatency) {

    /** All records. */
    public static final PromptFilter ALL =
            new PromptFilter(null, null, null, null, null, null, null, null, null, null, null, null, null);

    PromptQuery query(Identities identities) {
        return PromptQuery.builder()
                .from(from)
                .until(until)
                .userKeys(keys(identities.users(), user))
                .sessionKeys(keys(identities.sessions(), session))
                .conversation(conversation)
                .traceId(traceId)
                .generationId(generationId)
                .model(model)
                .statuses(status == null ? Set.of() : Set.of(status))
                .tokens(leastTokens, mostTokens)
                .latency(leastLatency, mostLatency)
                .build();
    }

    private static Set<String> keys(Pseudonyms pseudonyms, @Nullable String name) {
        return name == null ? Set.of() : Set.copyOf(pseudonyms.allOf(name));
    }

    /** For the record of who looked: whether a user was asked for, but not which. */
    @Nullable
    String description() {
        String described = Stream.of(
                        named("from", from),
                        named("until", until),
                        user == null ? null : "user",
                        session == null ? null : "session",
                        named("conversation", conversation),
                        named("traceId", traceId),
                        named("generationId", generationId),
                        named("model", model),
                        named("status", status),
                        named("leastTokens", leastTokens),
                        named("mostTokens", mostTokens),
                        named("leastLatency", leastLatency),
                        named("mostLatency", mostLatency))
                .filter(Objects::nonNull)
                .collect(Collectors.joining(", "));
        return described.isEmpty() ? null : described;
    }

    private static @Nullable String named(String name, @Nullable Object value) {
        return value == null ? null : name + "=" + value;
    }
}
