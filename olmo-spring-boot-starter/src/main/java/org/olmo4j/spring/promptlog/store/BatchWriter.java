package org.olmo4j.spring.promptlog.store;

import jakarta.persistence.EntityManager;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.olmo4j.spring.promptlog.PromptContent;
import org.olmo4j.spring.promptlog.PromptEntry;
import org.olmo4j.spring.promptlog.PromptStatus;
import org.olmo4j.spring.promptlog.encryption.ContentKey;
import org.springframework.data.jpa.repository.JpaRepository;

/**
 * Writes entries in one transaction. What is there already stays, but that an end takes the place of a record that has none, so entries may be
 * written again, and in any order. A row that the database refuses is found by halving.
 */
final class BatchWriter {

    private final Transactions transactions;
    private final EntityManager entities;
    private final Rows.Prompts prompts;
    private final Rows.Contents contents;
    private final Rows.Keys keys;
    private final Eraser eraser;
    private final String url;

    BatchWriter(
            Transactions transactions,
            EntityManager entities,
            Rows.Prompts prompts,
            Rows.Contents contents,
            Rows.Keys keys,
            Eraser eraser,
            String url) {
        this.transactions = transactions;
        this.entities = entities;
        this.prompts = prompts;
        this.contents = contents;
        this.keys = keys;
        this.eraser = eraser;
        this.url = url;
    }

    /**
     * Writes them.
     *
     * @throws StoreException if the database cannot be used; some may have been written
     */
    WriteResult write(Collection<PromptEntry> entries) {
        Attempt attempt = new Attempt();
        attempt.write(List.copyOf(latestOfEach(entries)));
        if (attempt.written == 0 && attempt.unexplained != null) {
            // Nothing shows that the database takes any row at all.
            throw DatabaseFailure.UNKNOWN.toException(url, attempt.unexplained);
        }
        return new WriteResult(attempt.refused, eraser.eraseMarkedMeanwhile(entries));
    }

    private static Collection<PromptEntry> latestOfEach(Collection<PromptEntry> entries) {
        Map<UUID, PromptEntry> latest = new LinkedHashMap<>();
        for (PromptEntry entry : entries) {
            latest.merge(entry.record().id(), entry, BatchWriter::later);
        }
        return latest.values();
    }

    private static PromptEntry later(PromptEntry first, PromptEntry second) {
        return replaces(first.record().outcome().status(), second) ? second : first;
    }

    private static boolean replaces(PromptStatus known, PromptEntry entry) {
        return known.givesWayToEnd() && entry.record().outcome().status() != PromptStatus.RUNNING;
    }

    /** One call of write: what succeeded, and what did not. */
    private final class Attempt {
        private final List<WriteResult.Refused> refused = new ArrayList<>();
        private int written;
        private @Nullable RuntimeException unexplained;

        void write(List<PromptEntry> batch) {
            if (batch.isEmpty()) {
                return;
            }
            RuntimeException failure = failureOf(batch);
            if (failure != null && batch.size() == 1) {
                // Another instance may have written the same just now; then it is there at the second look.
                failure = failureOf(batch);
            }
            if (failure == null) {
                written += batch.size();
            } else if (batch.size() == 1) {
                refuse(batch.getFirst(), failure);
            } else {
                int half = batch.size() / 2;
                write(batch.subList(0, half));
                write(batch.subList(half, batch.size()));
            }
        }

        private void refuse(PromptEntry entry, RuntimeException failure) {
            if (DatabaseFailure.of(failure) == DatabaseFailure.UNKNOWN) {
                unexplained = failure;
            }
            // It is kept elsewhere, where nothing of an erased user may be either.
            PromptEntry kept = eraser.allowed(List.of(entry)).getFirst();
            refused.add(new WriteResult.Refused(kept, DatabaseFailure.describe(failure)));
        }

        private @Nullable RuntimeException failureOf(List<PromptEntry> batch) {
            try {
                return transactions.call(() -> insertOrUpdate(batch));
            } catch (RuntimeException failure) {
                DatabaseFailure kind = DatabaseFailure.of(failure);
                return switch (kind) {
                    case ROW, UNKNOWN -> failure;
                    case CONNECTION, FILE_IN_USE, SCHEMA, CONFLICT -> throw kind.toException(url, failure);
                };
            }
        }
    }

    /** Nothing failed if it returns. */
    private @Nullable RuntimeException insertOrUpdate(List<PromptEntry> batch) {
        List<PromptEntry> allowed = eraser.allowed(batch);
        List<UUID> ids = allowed.stream().map(entry -> entry.record().id()).toList();
        Map<UUID, PromptRow> known = byId(prompts, ids, PromptRow::id);
        List<PromptEntry> news = new ArrayList<>();
        for (PromptEntry entry : allowed) {
            PromptRow row = known.get(entry.record().id());
            if (row == null) {
                entities.persist(new PromptRow(entry.record()));
                news.add(entry);
            } else if (row.givesWayToEnd() && entry.record().outcome().status() != PromptStatus.RUNNING) {
                row.set(entry.record());
                news.add(entry);
            }
        }
        // The text's row refers to the record's.
        entities.flush();
        writeContents(news);
        return null;
    }

    private void writeContents(List<PromptEntry> news) {
        List<UUID> ids = news.stream().map(entry -> entry.record().id()).toList();
        Map<UUID, ContentRow> known = byId(contents, ids, ContentRow::id);
        Map<UUID, ContentKey> needed = new HashMap<>();
        for (PromptEntry entry : news) {
            UUID id = entry.record().id();
            PromptContent content = entry.content();
            ContentRow row = known.get(id);
            if (content == null || entry.key() == null) {
                if (row != null) {
                    entities.remove(row);
                }
                continue;
            }
            needed.put(content.keyId(), entry.key());
            if (row == null) {
                entities.persist(new ContentRow(id, entry.record().times().received(), content));
            } else {
                row.set(content);
            }
        }
        byId(keys, needed.keySet(), KeyRow::id).keySet().forEach(needed::remove);
        needed.values().forEach(key -> entities.persist(new KeyRow(key)));
    }

    private static <T> Map<UUID, T> byId(JpaRepository<T, UUID> rows, Collection<UUID> ids, Function<T, UUID> id) {
        return ids.isEmpty()
                ? Map.of()
                : rows.findAllById(ids).stream().collect(Collectors.toMap(id, Function.identity()));
    }
}
