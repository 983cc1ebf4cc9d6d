package org.olmo4j.spring.promptlog.store;

import jakarta.persistence.AttributeOverride;
import jakarta.persistence.Column;
import jakarta.persistence.Embedded;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.olmo4j.spring.promptlog.ContentState;
import org.olmo4j.spring.promptlog.PromptRecord;
import org.olmo4j.spring.promptlog.PromptRecord.AnsweringModel;
import org.olmo4j.spring.promptlog.PromptRecord.Caller;
import org.olmo4j.spring.promptlog.PromptRecord.EnergyUse;
import org.olmo4j.spring.promptlog.PromptRecord.Outcome;
import org.olmo4j.spring.promptlog.PromptRecord.Settings;
import org.olmo4j.spring.promptlog.PromptRecord.Times;
import org.olmo4j.spring.promptlog.PromptRecord.TokenCounts;

/** A record in the database. Its parts are those of {@link PromptRecord}; each of their components is a column of that name. */
@Entity
@Table(name = "olmo_prompt")
class PromptRow {

    @Id
    private UUID id;

    private String generationId;
    private String instance;

    @Embedded
    private Caller caller;

    @Embedded
    private AnsweringModel model;

    @Embedded
    private Times times;

    @Embedded
    // The naming strategy sees no word of one letter.
    @AttributeOverride(name = "topP", column = @Column(name = "top_p"))
    @AttributeOverride(name = "topK", column = @Column(name = "top_k"))
    private Settings settings;

    @Embedded
    private TokenCounts tokens;

    @Embedded
    private Outcome outcome;

    /** Null where all of its columns are: that is how JPA reads it. */
    @Embedded
    private @Nullable EnergyUse energy;

    private ContentState contentState;
    private @Nullable String promptHash;
    private @Nullable String answerHash;
    private boolean repaired;

    @SuppressWarnings("NullAway.Init") // JPA makes it and fills it in.
    protected PromptRow() {}

    @SuppressWarnings("NullAway.Init") // The method sets all but the id.
    PromptRow(PromptRecord record) {
        this.id = record.id();
        set(record);
    }

    final void set(PromptRecord record) {
        generationId = record.generationId();
        instance = record.instance();
        caller = record.caller();
        model = record.model();
        times = record.times();
        settings = record.settings();
        tokens = record.tokens();
        outcome = record.outcome();
        energy = record.energy();
        contentState = record.contentState();
        promptHash = record.promptHash();
        answerHash = record.answerHash();
        repaired = record.repaired();
    }

    PromptRecord toRecord() {
        return new PromptRecord(
                id,
                generationId,
                instance,
                caller,
                model,
                times,
                settings,
                tokens,
                outcome,
                energy == null ? EnergyUse.NOT_ACCOUNTED : energy,
                contentState,
                promptHash,
                answerHash,
                repaired);
    }

    UUID id() {
        return id;
    }

    boolean givesWayToEnd() {
        return outcome.status().givesWayToEnd();
    }
}
