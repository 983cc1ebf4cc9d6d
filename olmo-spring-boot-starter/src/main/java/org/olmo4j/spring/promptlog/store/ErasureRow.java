package org.olmo4j.spring.promptlog.store;

import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import org.olmo4j.hash.Sha256;

/** That a user's records of earlier times are anonymous. */
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

    static String hash(String userKey) {
        return Sha256.hex(userKey);
    }

    String userHash() {
        return userHash;
    }

    Instant erased() {
        return erased;
    }
}
