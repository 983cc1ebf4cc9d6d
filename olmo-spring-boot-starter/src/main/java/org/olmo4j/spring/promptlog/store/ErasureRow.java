package org.olmo4j.spring.promptlog.store;

import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;

/** That a user's records of earlier times are anonymous. The hash is keyed, so that nobody finds names by trying. */
@Entity
@Table(name = "olmo_erasure")
class ErasureRow {

    @Id
    private String userHash;

    private Instant erased;

    @SuppressWarnings("NullAway.Init") // JPA makes it and fills it in.
    protected ErasureRow() {}

    ErasureRow(String userHash, Instant erased) {
        this.userHash = userHash;
        this.erased = erased;
    }

    String userHash() {
        return userHash;
    }

    Instant erased() {
        return erased;
    }
}
