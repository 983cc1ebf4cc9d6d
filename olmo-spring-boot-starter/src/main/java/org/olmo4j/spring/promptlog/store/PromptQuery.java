package org.olmo4j.spring.promptlog.store;

import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.olmo4j.spring.promptlog.PromptRecord;
import org.olmo4j.spring.promptlog.PromptStatus;

/**
 * Which records are asked for. Null, or an empty set, does not restrict.
 *
 * @param from received at this time or later
 * @param until received before this time
 * @param userKeys of one of these users
 * @param sessionKeys of one of these sessions
 * @param conversationKeys of one of these conversations
 * @param traceId of this trace
 * @param generationId of this generation
 * @param model of this public name
 * @param statuses with one of these
 * @param leastTokens of prompt and answer
 * @param mostTokens of prompt and answer
 * @param leastLatency from received to ended; what has not ended has none
 * @param mostLatency likewise
 */
public record PromptQuery(
        @Nullable Instant from,
        @Nullable Instant until,
        Set<String> userKeys,
        Set<String> sessionKeys,
        Set<String> conversationKeys,
        @Nullable String traceId,
        @Nullable String generationId,
        @Nullable String model,
        Set<PromptStatus> statuses,
        @Nullable Integer leastTokens,
        @Nullable Integer mostTokens,
        @Nullable Duration leastLatency,
        @Nullable Duration mostLatency) {

    /** All records. */
    public static final PromptQuery ALL = builder().build();

    /** Makes names such as they are kept. */
    public PromptQuery {
        userKeys = names(userKeys);
        sessionKeys = names(sessionKeys);
        conversationKeys = names(conversationKeys);
        traceId = name(traceId);
        generationId = name(generationId);
        model = name(model);
        statuses = Set.copyOf(statuses);
    }

    private static Set<String> names(Set<String> names) {
        return names.stream().map(PromptRecord::storableName).collect(Collectors.toUnmodifiableSet());
    }

    private static @Nullable String name(@Nullable String name) {
        return name == null ? null : PromptRecord.storableName(name);
    }

    /**
     * Starts with all records.
     *
     * @return a builder
     */
    public static Builder builder() {
        return new Builder();
    }

    /** Builds a {@link PromptQuery}; not thread-safe. Each method restricts further. */
    public static final class Builder {
        private @Nullable Instant from;
        private @Nullable Instant until;
        private Set<String> userKeys = Set.of();
        private Set<String> sessionKeys = Set.of();
        private Set<String> conversationKeys = Set.of();
        private @Nullable String traceId;
        private @Nullable String generationId;
        private @Nullable String model;
        private Set<PromptStatus> statuses = Set.of();
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
         * Of one of these users.
         *
         * @param value empty: any
         * @return this
         */
        public Builder userKeys(Set<String> value) {
            userKeys = value;
            return this;
        }

        /**
         * Of one of these sessions.
         *
         * @param value empty: any
         * @return this
         */
        public Builder sessionKeys(Set<String> value) {
            sessionKeys = value;
            return this;
        }

        /**
         * Of one of these conversations.
         *
         * @param value empty: any
         * @return this
         */
        public Builder conversationKeys(Set<String> value) {
            conversationKeys = value;
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
         * With one of these.
         *
         * @param value empty: any
         * @return this
         */
        public Builder statuses(Set<PromptStatus> value) {
            statuses = value;
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
         * That took so long.
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
         * Builds the query.
         *
         * @return it
         */
        public PromptQuery build() {
            return new PromptQuery(
                    from,
                    until,
                    userKeys,
                    sessionKeys,
                    conversationKeys,
                    traceId,
                    generationId,
                    model,
                    statuses,
                    leastTokens,
                    mostTokens,
                    leastLatency,
                    mostLatency);
        }
    }
}
