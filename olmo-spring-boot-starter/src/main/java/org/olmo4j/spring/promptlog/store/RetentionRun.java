package org.olmo4j.spring.promptlog.store;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;
import org.olmo4j.spring.promptlog.ContentState;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Deletes what is older than it may be, {@value #BATCH_ROWS} rows in a transaction, so that no lock is held for long. Several instances may do so at
 * the same time: each passes over the rows that another one is at, and finds nothing where all is done.
 */
final class RetentionRun {

    private static final String SKIPPING = " for update skip locked";
    static final int BATCH_ROWS = 1_000;

    private final TransactionTemplate transaction;
    private final Rows.Prompts prompts;
    private final Rows.Contents contents;
    private final Rows.Keys keys;
    private final Rows.Erasures erasures;
    private final Rows.AdminReads adminReads;
    private final JdbcClient jdbc;

    RetentionRun(
            TransactionTemplate transaction,
            Rows.Prompts prompts,
            Rows.Contents contents,
            Rows.Keys keys,
            Rows.Erasures erasures,
            Rows.AdminReads adminReads,
            JdbcClient jdbc) {
        this.transaction = transaction;
        this.prompts = prompts;
        this.contents = contents;
        this.keys = keys;
        this.erasures = erasures;
        this.adminReads = adminReads;
        this.jdbc = jdbc;
    }

    Retention.Result apply(Retention retention, Instant now) {
        Duration shorter = shorter(retention.contents(), retention.records());
        int texts = 0;
        int records = 0;
        int keysDeleted = 0;
        if (retention.contents() != null) {
            Instant before = now.minus(retention.contents());
            texts = repeated(() -> expireContents(before));
        }
        if (retention.records() != null) {
            Instant before = now.minus(retention.records());
            records = repeated(() -> deleteRecords(before));
            inTransaction(() -> erasures.deleteErasedBefore(before) + adminReads.deleteHappenedBefore(before));
        }
        if (shorter != null) {
            // A key is older than what it opens. One that is still in use comes back with the next entry.
            keysDeleted = inTransaction(() -> keys.deleteUnusedCreatedBefore(now.minus(shorter)));
        }
        return new Retention.Result(texts, records, keysDeleted);
    }

    private static @Nullable Duration shorter(@Nullable Duration one, @Nullable Duration other) {
        if (one == null || other == null) {
            return one == null ? other : one;
        }
        return one.compareTo(other) < 0 ? one : other;
    }

    private int expireContents(Instant before) {
        List<UUID> ids = locked(receivedBefore(before, "olmo_prompt_content", ""));
        if (ids.isEmpty()) {
            return 0;
        }
        prompts.setContentState(ids, ContentState.EXPIRED);
        return contents.deleteAllOf(ids);
    }

    private int deleteRecords(Instant before) {
        List<UUID> ids = receivedBefore(before, "olmo_prompt", SKIPPING);
        // Texts go with them, by the foreign key.
        return ids.isEmpty() ? 0 : prompts.deleteAllOf(ids);
    }

    /** In SQL, since JPA would lock whole rows and read them, texts included. */
    private List<UUID> receivedBefore(Instant before, String table, String locking) {
        return jdbc.sql("select id from " + table + " where received < ? order by received, id limit ?" + locking)
                .param(before.atOffset(ZoneOffset.UTC))
                .param(BATCH_ROWS)
                .query(RetentionRun::id)
                .list();
    }

    /** Those that no other instance is at. Everybody locks a record before its text, or two would wait for each other. */
    private List<UUID> locked(List<UUID> ids) {
        return ids.isEmpty()
                ? ids
                : jdbc.sql("select id from olmo_prompt where id in (:ids) order by received, id" + SKIPPING)
                        .param("ids", ids)
                        .query(RetentionRun::id)
                        .list();
    }

    private static UUID id(ResultSet row, int number) throws SQLException {
        return row.getObject(1, UUID.class);
    }

    private int repeated(IntSupplier batch) {
        int all = 0;
        while (true) {
            int some = inTransaction(batch);
            if (some == 0) {
                return all;
            }
            all += some;
        }
    }

    private int inTransaction(IntSupplier work) {
        return Objects.requireNonNull(transaction.execute(status -> work.getAsInt()));
    }
}
