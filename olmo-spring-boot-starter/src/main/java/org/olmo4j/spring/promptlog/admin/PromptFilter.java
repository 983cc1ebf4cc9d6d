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
 * @param conversation as the application names it
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
    public static final PromptFilter ALL = builder().build();

    /**
     * Starts with all records.
     *
     * @return a builder
     */
    public static Builder builder() {
        return new Builder();
    }

    PromptQuery query(Identities identities) {
        return PromptQuery.builder()
                .from(from)
                .until(until)
                .userKeys(keys(identities.users(), user))
                .sessionKeys(keys(identities.sessions(), session))
                .conversationKeys(keys(identities.conversations(), conversation))
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

    /** For the record of who looked: whether a user, a session or a conversation was asked for, but not which. */
    @Nullable
    String description() {
        String described = Stream.of(
                        named("from", from),
                        named("until", until),
                        user == null ? null : "user",
                        session == null ? null : "session",
                        conversation == null ? null : "conversation",
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

    /** Builds a {@link PromptFilter}; not thread-safe. Each method restricts further, but not if it is given null. */
    public static final class Builder {
        private @Nullable Instant from;
        private @Nullable Instant until;
        private @Nullable String user;
        private @Nullable String session;
        private @Nullable String conversation;
        private @Nullable String traceId;
        private @Nullable String generationId;
        private @Nullable String model;
        private @Nullable PromptStatus status;
        private @Nullable Integer leastTokens;
        private @Nullable Integer mostTokens;
        private @Nullable Duration leastLatency;
        private @Nullable Duration mostLatency;

        private Builder() {}

        /**
         * Received at this time or later.
         *
         * @param value null: any
         * @return this
         */
        public Builder from(@Nullable Instant value) {
            from = value;
            return this;
        }

        /**
         * Received before this time.
         *
         * @param value null: any
         * @return this
         */
        public Builder until(@Nullable Instant value) {
            until = value;
            return this;
        }

        /**
         * Of this user, as the application names it.
         *
         * @param value null: any
         * @return this
         */
        public Builder user(@Nullable String value) {
            user = value;
            return this;
        }

        /**
         * Of this session, as the application names it.
         *
         * @param value null: any
         * @return this
         */
        public Builder session(@Nullable String value) {
            session = value;
            return this;
        }

        /**
         * Of this conversation, as the application names it.
         *
         * @param value null: any
         * @return this
         */
        public Builder conversation(@Nullable String value) {
            conversation = value;
            return this;
        }

        /**
         * Of this trace.
         *
         * @param value null: any
         * @return this
         */
        public Builder traceId(@Nullable String value) {
            traceId = value;
            return this;
        }

        /**
         * Of this generation.
         *
         * @param value null: any
         * @return this
         */
        public Builder generationId(@Nullable String value) {
            generationId = value;
            return this;
        }

        /**
         * Of this public name.
         *
         * @param value null: any
         * @return this
         */
        public Builder model(@Nullable String value) {
            model = value;
            return this;
        }

        /**
         * That came so far.
         *
         * @param value null: any
         * @return this
         */
        public Builder status(@Nullable PromptStatus value) {
            status = value;
            return this;
        }

        /**
         * With so many tokens of prompt and answer.
         *
         * @param least null: any
         * @param most null: any
         * @return this
         */
        public Builder tokens(@Nullable Integer least, @Nullable Integer most) {
            leastTokens = least;
            mostTokens = most;
            return this;
        }

        /**
         * That took so long from received to ended.
         *
         * @param least null: any
         * @param most null: any
         * @return this
         */
        public Builder latency(@Nullable Duration least, @Nullable Duration most) {
            leastLatency = least;
            mostLatency = most;
            return this;
        }

        /**
         * Builds the filter.
         *
         * @return it
         */
        public PromptFilter build() {
            return new PromptFilter(
                    from,
                    until,
                    user,
                    session,
                    conversation,
                    traceId,
                    generationId,
                    model,
                    status,
                    leastTokens,
                    mostTokens,
                    leastLatency,
                    mostLatency);
        }
    }
}
