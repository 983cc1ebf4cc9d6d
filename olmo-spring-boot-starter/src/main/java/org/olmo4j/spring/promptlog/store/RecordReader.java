package org.olmo4j.spring.promptlog.store;

import jakarta.persistence.EntityManager;
import jakarta.persistence.Tuple;
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
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import org.hibernate.Session;
import org.hibernate.query.criteria.HibernateCriteriaBuilder;
import org.hibernate.query.criteria.JpaCriteriaQuery;
import org.hibernate.query.criteria.JpaSubQuery;
import org.jspecify.annotations.Nullable;
import org.olmo4j.spring.promptlog.ContentState;
import org.olmo4j.spring.promptlog.PromptEntry;
import org.olmo4j.spring.promptlog.PromptRecord;
import org.springframework.data.domain.Sort;
import org.springframework.data.jpa.repository.query.QueryUtils;

/** Reads records and texts. What may be long is read in parts by id, so that memory and transactions stay small. */
final class RecordReader {

    /** Records with texts that are in memory at once. */
    static final int ENTRIES_AT_ONCE = 50;

    private static final Sort LATEST_FIRST = Sort.by(Sort.Order.desc("times.received"), Sort.Order.desc("id"));

    private final Transactions transactions;
    private final EntityManager entities;

    RecordReader(Transactions transactions, EntityManager entities) {
        this.transactions = transactions;
        this.entities = entities;
    }

    PromptPage page(PromptQuery query, int page, int size) {
        if (page < 0 || size < 1 || size > PromptPage.LARGEST) {
            throw new IllegalArgumentException("page is " + page + " and size " + size
                    + "; allowed: page 0 or more, size 1 to " + PromptPage.LARGEST);
        }
        return transactions.call(() -> {
            CriteriaBuilder builder = entities.getCriteriaBuilder();
            CriteriaQuery<PromptRow> criteria = builder.createQuery(PromptRow.class);
            Root<PromptRow> root = criteria.from(PromptRow.class);
            criteria.select(root)
                    .where(restrictions(query, root, builder))
                    .orderBy(QueryUtils.toOrders(order(query), root, builder));
            List<PromptRecord> items = entities
                    .createQuery(criteria)
                    .setFirstResult(Math.multiplyExact(page, size))
                    .setMaxResults(size)
                    .getResultList()
                    .stream()
                    .map(PromptRow::toRecord)
                    .toList();
            long total = total(query);
            boolean all = total <= PromptPage.COUNTED;
            return new PromptPage(items, all ? total : PromptPage.COUNTED, all, page, size);
        });
    }

    /** Of no more than one beyond the limit. */
    private long total(PromptQuery query) {
        HibernateCriteriaBuilder builder = entities.unwrap(Session.class).getCriteriaBuilder();
        JpaCriteriaQuery<Long> count = builder.createQuery(Long.class);
        JpaSubQuery<Tuple> some = count.subquery(Tuple.class);
        Root<PromptRow> root = some.from(PromptRow.class);
        some.multiselect(builder.literal(1).alias("one"))
                .where(restrictions(query, root, builder).toArray(Predicate[]::new))
                .fetch(PromptPage.COUNTED + 1);
        count.from(some);
        count.select(builder.count());
        return entities.createQuery(count).getSingleResult();
    }

    /** A column of which there is one value is named first: otherwise H2 does not see that an index has the rows in order. */
    private static Sort order(PromptQuery query) {
        String single = null;
        if (query.userKeys().size() == 1) {
            single = "caller.userKey";
        } else if (query.sessionKeys().size() == 1) {
            single = "caller.sessionKey";
        } else if (query.traceId() != null) {
            single = "caller.traceId";
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

    /** Some of users' entries, oldest first, behind one of them. Fewer than {@value #ENTRIES_AT_ONCE}: there are no others. */
    List<PromptEntry> someOf(Set<String> userKeys, @Nullable UUID after) {
        return entries(
                PromptQuery.builder().userKeys(userKeys).build(),
                (root, builder) ->
                        after == null ? builder.conjunction() : builder.greaterThan(root.<UUID>get("id"), after),
                true,
                ENTRIES_AT_ONCE);
    }

    /** Some of the entries with texts, latest first, before one of them. Fewer than asked for: there are no others. */
    List<PromptEntry> someWithTexts(PromptQuery query, @Nullable UUID before, int most) {
        return entries(
                query,
                (root, builder) -> builder.and(
                        root.get("contentState").in(ContentState.KEPT),
                        before == null ? builder.conjunction() : builder.lessThan(root.<UUID>get("id"), before)),
                false,
                most);
    }

    /** Where to go on. */
    private interface Place {
        Predicate of(Root<PromptRow> root, CriteriaBuilder builder);
    }

    private List<PromptEntry> entries(PromptQuery query, Place place, boolean oldestFirst, int most) {
        return transactions.call(() -> {
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
        });
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
