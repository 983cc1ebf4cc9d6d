package org.olmo4j.spring.promptlog.store;

import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.UUID;
import org.olmo4j.spring.promptlog.encryption.ContentKey;

/** A key of contents in the database, itself encrypted. */
@Entity
@Table(name = "olmo_content_key")
class KeyRow {

    @Id
    private UUID id;

    private String userKey;
    private byte[] wrapped;
    private String masterKeyId;
    private Instant created;

    @SuppressWarnings("NullAway.Init") // JPA makes it and fills it in.
    protected KeyRow() {}

    KeyRow(ContentKey key) {
        id = key.id();
        userKey = key.userKey();
        wrapped = key.wrapped();
        masterKeyId = key.masterKeyId();
        created = key.created();
    }

    ContentKey toKey() {
        return new ContentKey(id, userKey, wrapped, masterKeyId, created);
    }

    UUID id() {
        return id;
    }
}
