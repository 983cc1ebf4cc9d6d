package org.olmo4j.spring.promptlog.store;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.UUID;
import org.olmo4j.spring.promptlog.ContentState;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Deletes what is older than it may be, {@value #BATCH_ROWS} rows in a transaction, so that no lock is held for long. Several instances may do so at
 * the same time: each passes over the rows that another one is at, and finds nothing where all is done.
 */
final class RetentionRun {

    private static final String SKIPPING = " for update skip locked";
    static final int BATCH_ROWS = 1_000;

    private final Transactions transactions;
    private final Rows.Prompts prompts;
    private final Rows.Contents contents;
    private final Rows.Keys keys;
    private final Rows.Erasures erasures;
    private final Rows.AdminReads adminReads;
    private final JdbcClient jdbc;

    RetentionRun(
            Transactions transactions,
            Rows.Prompts prompts,
            Rows.Contents contents,
            Rows.Keys keys,
            Rows.Erasures erasures,
            Rows.AdminReads adminReads,
            JdbcClient jdbc) {
        this.transactions = transactions;
        this.prompts = prompts;
        this.contents = contents;
        this.keys = keys;
        this.erasures = erasures;
        this.adminReads = adminReads;
        this.jdbc = jdbc;
    }

    /** Some of the texts; 0 if there are none left. */
    int expireContents(Instant receivedBefore) {
        return transactions.call(() -> {
            List<UUID> ids = locked(receivedBefore(receivedBefore, "olmo_prompt_content", ""));
            if (ids.isEmpty()) {
                return 0;
            }
            prompts.setContentState(ids, ContentState.EXPIRED);
            return contents.deleteAllOf(ids);
        });
    }

    /** Some of the records; 0 if there are none left. */
    int deleteRecords(Instant receivedBefore) {
        return transactions.call(() -> {
            List<UUID> ids = receivedBefore(receivedBefore, "olmo_prompt", SKIPPING);
            // Texts go with them, by the foreign key.
            return ids.isEmpty() ? 0 : prompts.deleteAllOf(ids);
        });
    }

    /** Marks of erasures, and who looked at the log. */
    int deleteTraces(Instant before) {
        return transactions.call(() -> erasures.deleteErasedBefore(before) + adminReads.deleteHappenedBefore(before));
    }

    /** A key is older than what it opens. One that is still in use comes back with the next entry. */
    int deleteUnusedKeys(Instant createdBefore) {
        return transactions.call(() -> keys.deleteUnusedCreatedBefore(createdBefore));
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
}
