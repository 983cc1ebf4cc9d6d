package org.olmo4j.spring.promptlog.store;

import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** That somebody looked at the log. */
@Entity
@Table(name = "olmo_admin_read")
class AdminReadRow {

    @Id
    private UUID id;

    private Instant happened;
    private String reader;
    private String activity;
    private @Nullable String filter;
    private @Nullable UUID recordId;

    @SuppressWarnings("NullAway.Init") // JPA makes it and fills it in.
    protected AdminReadRow() {}

    AdminReadRow(AdminRead read) {
        id = UUID.randomUUID();
        happened = read.happened();
        reader = read.reader();
        activity = read.activity();
        filter = read.filter();
        recordId = read.recordId();
    }

    AdminRead toRead() {
        return new AdminRead(happened, reader, activity, filter, recordId);
    }
}
