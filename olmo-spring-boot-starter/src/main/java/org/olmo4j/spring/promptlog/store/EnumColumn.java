package org.olmo4j.spring.promptlog.store;

import jakarta.persistence.AttributeConverter;
import jakarta.persistence.Converter;
import org.jspecify.annotations.Nullable;
import org.olmo4j.energy.Provenance;
import org.olmo4j.spring.promptlog.ContentState;
import org.olmo4j.spring.promptlog.PromptStatus;
import org.olmo4j.spring.promptlog.UserKind;

/** Constants as their names, so that the tables can be read without this code, and constants may be added between others. */
abstract class EnumColumn<E extends Enum<E>> implements AttributeConverter<E, String> {

    private final Class<E> type;

    private EnumColumn(Class<E> type) {
        this.type = type;
    }

    @Override
    public @Nullable String convertToDatabaseColumn(@Nullable E constant) {
        return constant == null ? null : constant.name();
    }

    @Override
    public @Nullable E convertToEntityAttribute(@Nullable String name) {
        return name == null ? null : Enum.valueOf(type, name);
    }

    /** Column {@code status}. */
    @Converter(autoApply = true)
    static final class OfPromptStatus extends EnumColumn<PromptStatus> {
        OfPromptStatus() {
            super(PromptStatus.class);
        }
    }

    /** Column {@code content_state}. */
    @Converter(autoApply = true)
    static final class OfContentState extends EnumColumn<ContentState> {
        OfContentState() {
            super(ContentState.class);
        }
    }

    /** Column {@code user_kind}. */
    @Converter(autoApply = true)
    static final class OfUserKind extends EnumColumn<UserKind> {
        OfUserKind() {
            super(UserKind.class);
        }
    }

    /** Column {@code energy_provenance}. */
    @Converter(autoApply = true)
    static final class OfProvenance extends EnumColumn<Provenance> {
        OfProvenance() {
            super(Provenance.class);
        }
    }
}
