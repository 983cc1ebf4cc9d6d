package org.olmo4j.spring.promptlog.store;

import jakarta.persistence.EntityManager;
import jakarta.persistence.criteria.CriteriaBuilder;
import jakarta.persistence.criteria.CriteriaQuery;
import jakarta.persistence.criteria.Expression;
import jakarta.persistence.criteria.Path;
import jakarta.persistence.criteria.Predicate;
import jakarta.persistence.criteria.Root;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.olmo4j.spring.promptlog.ContentState;
import org.olmo4j.spring.promptlog.PromptEntry;
import org.olmo4j.spring.promptlog.PromptRecord;
import org.springframework.data.domain.Page;
import org.springframework.data.domain.PageRequest;
import org.springframework.data.domain.Sort;
import org.springframework.transaction.support.TransactionTemplate;

/** Reads records and texts. What may be long is read in parts by id, so that memory and transactions stay small. */
final class RecordReader {

    /** Records with texts that are in memory at once. */
    private static final int ENTRIES_AT_ONCE = 50;

    private static final Sort LATEST_FIRST = Sort.by(Sort.Order.desc("times.received"), Sort.Order.desc("id"));

    private static final Set<ContentState> KEPT = Set.of(ContentState.REDACTED, ContentState.FULL);

    private final TransactionTemplate transaction;
    private final EntityManager entities;
    private final Rows.Prompts prompts;

    RecordReader(TransactionTemplate transaction, EntityManager entities, Rows.Prompts prompts) {
        this.transaction = transaction;
        this.entities = entities;
        this.prompts = prompts;
    }

    PromptPage page(PromptQuery query, int page, int size) {
        if (page < 0 || size < 1 || size > PromptPage.LARGEST) {
            throw new IllegalArgumentException("page is " + page + " and size " + size
                    + "; allowed: page 0 or more, size 1 to " + PromptPage.LARGEST);
        }
        Page<PromptRow> found = prompts.findAll(
                (root, criteria, builder) -> builder.and(restrictions(query, root, builder)),
                PageRequest.of(page, size, order(query)));
        return new PromptPage(found.stream().map(PromptRow::toRecord).toList(), found.getTotalElements(), page, size);
    }

    /** A column of which there is one value is named first: otherwise H2 does not see that an index has the rows in order. */
    private static Sort order(PromptQuery query) {
        String single = null;
        if (query.userKeys().size() == 1) {
            single = "caller.userKey";
        } else if (query.sessionKeys().size() == 1) {
            single = "caller.sessionKey";
        } else if (query.conversationKeys().size() == 1) {
            single = "caller.conversation";
        } else if (query.statuses().size() == 1) {
            single = "outcome.status";
        } else if (query.model() != null) {
            single = "model.modelName";
        }
        return single == null ? LATEST_FIRST : Sort.by(Sort.Order.desc(single)).and(LATEST_FIRST);
    }

    Optional<PromptEntry> entry(UUID id) {
        return entries(PromptQuery.ALL, (root, builder) -> builder.equal(root.get("id"), id), true, 1).stream()
                .findFirst();
    }

    /** Oldest first. */
    void forEachOf(Set<String> userKeys, Consumer<PromptEntry> consumer) {
        PromptQuery query = PromptQuery.builder().userKeys(userKeys).build();
        UUID last = null;
        while (true) {
            UUID after = last;
            List<PromptEntry> part = entries(
                    query,
                    (root, builder) ->
                            after == null ? builder.conjunction() : builder.greaterThan(root.<UUID>get("id"), after),
                    true,
                    ENTRIES_AT_ONCE);
            part.forEach(consumer);
            if (part.size() < ENTRIES_AT_ONCE) {
                return;
            }
            last = part.getLast().record().id();
        }
    }

    PromptScan scan(PromptQuery query, @Nullable UUID before, int mostItems, int mostLooked, ContentMatch matches) {
        List<PromptRecord> found = new ArrayList<>();
        int looked = 0;
        UUID last = before;
        while (true) {
            UUID earlierThan = last;
            int atOnce = Math.min(ENTRIES_AT_ONCE, mostLooked - looked);
            List<PromptEntry> part = entries(
                    query,
                    (root, builder) -> builder.and(
                            root.get("contentState").in(KEPT),
                            earlierThan == null
                                    ? builder.conjunction()
                                    : builder.lessThan(root.<UUID>get("id"), earlierThan)),
                    false,
                    atOnce);
            for (PromptEntry entry : part) {
                looked++;
                last = entry.record().id();
                if (entry.content() != null && matches.test(entry)) {
                    found.add(entry.record());
                    if (found.size() == mostItems) {
                        return new PromptScan(found, looked, Optional.of(last));
                    }
                }
            }
            if (part.size() < atOnce) {
                return new PromptScan(found, looked, Optional.empty());
            }
            if (looked >= mostLooked) {
                return new PromptScan(found, looked, Optional.ofNullable(last));
            }
        }
    }

    /** Where to go on. */
    private interface Place {
        Predicate of(Root<PromptRow> root, CriteriaBuilder builder);
    }

    private List<PromptEntry> entries(PromptQuery query, Place place, boolean oldestFirst, int most) {
        return Objects.requireNonNull(transaction.execute(status -> {
            CriteriaBuilder builder = entities.getCriteriaBuilder();
            CriteriaQuery<PromptRow> criteria = builder.createQuery(PromptRow.class);
            Root<PromptRow> root = criteria.from(PromptRow.class);
            List<Predicate> where = restrictions(query, root, builder);
            where.add(place.of(root, builder));
            criteria.select(root)
                    .where(where)
                    .orderBy(oldestFirst ? builder.asc(root.get("id")) : builder.desc(root.get("id")));
            return entities.createQuery(criteria).setMaxResults(most).getResultList().stream()
                    .map(this::withContent)
                    .toList();
        }));
    }

    private PromptEntry withContent(PromptRow row) {
        PromptRecord record = row.toRecord();
        ContentRow content = record.contentState().isKept() ? entities.find(ContentRow.class, row.id()) : null;
        KeyRow key = content == null
                ? null
                : entities.find(KeyRow.class, content.toContent().keyId());
        // Between two statements, its user may have been erased.
        return content == null || key == null
                ? PromptEntry.of(record.contentState().isKept() ? record.withContentState(ContentState.ERASED) : record)
                : new PromptEntry(record, content.toContent(), key.toKey());
    }

    private static List<Predicate> restrictions(PromptQuery query, Root<PromptRow> root, CriteriaBuilder builder) {
        List<Predicate> all = new ArrayList<>();
        Path<Object> caller = root.get("caller");
        Expression<Instant> received = root.get("times").get("received");
        Expression<Integer> tokens = builder.sum(
                root.get("tokens").<Integer>get("promptTokens"),
                root.get("tokens").<Integer>get("completionTokens"));
        Expression<Long> latency = root.get("times").get("totalMicros");
        add(all, query.from(), value -> builder.greaterThanOrEqualTo(received, value));
        add(all, query.until(), value -> builder.lessThan(received, value));
        addAny(all, query.userKeys(), caller.get("userKey"));
        addAny(all, query.sessionKeys(), caller.get("sessionKey"));
        addAny(all, query.conversationKeys(), caller.get("conversation"));
        add(all, query.traceId(), value -> builder.equal(caller.get("traceId"), value));
        add(all, query.generationId(), value -> builder.equal(root.get("generationId"), value));
        add(all, query.model(), value -> builder.equal(root.get("model").get("modelName"), value));
        addAny(all, query.statuses(), root.get("outcome").get("status"));
        add(all, query.leastTokens(), value -> builder.greaterThanOrEqualTo(tokens, value));
        add(all, query.mostTokens(), value -> builder.lessThanOrEqualTo(tokens, value));
        add(all, query.leastLatency(), value -> builder.greaterThanOrEqualTo(latency, micros(value)));
        add(all, query.mostLatency(), value -> builder.lessThanOrEqualTo(latency, micros(value)));
        return all;
    }

    private static <T> void add(List<Predicate> all, @Nullable T value, Function<T, Predicate> restriction) {
        if (value != null) {
            all.add(restriction.apply(value));
        }
    }

    private static void addAny(List<Predicate> all, Set<?> values, Expression<?> column) {
        if (!values.isEmpty()) {
            all.add(column.in(values));
        }
    }

    private static long micros(Duration duration) {
        return duration.toNanos() / 1_000;
    }
}
