package org.olmo4j.hosts.jpa;

import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import org.jspecify.annotations.Nullable;

@Entity
class Note {

    @Id
    private @Nullable Long id;

    private @Nullable String text;

    protected Note() {}

    Note(Long id, String text) {
        this.id = id;
        this.text = text;
    }

    public @Nullable Long getId() {
        return id;
    }

    public @Nullable String getText() {
        return text;
    }
}
