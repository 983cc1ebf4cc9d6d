package org.olmo4j.spring.autoconfigure.promptlog;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.olmo4j.engine.Origin.TextRetention;
import org.olmo4j.spring.promptlog.encryption.MasterKeys;
import org.olmo4j.spring.promptlog.identity.IdentityMode;
import org.olmo4j.spring.promptlog.journal.JournalOptions;
import org.olmo4j.spring.promptlog.service.PromptLogOptions;
import org.olmo4j.spring.promptlog.store.Retention;
import org.olmo4j.spring.promptlog.store.SchemaMode;
import org.olmo4j.spring.promptlog.store.StoreOptions;
import org.olmo4j.spring.promptlog.writer.WriterOptions;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.util.unit.DataSize;

/**
 * Keys under {@code olmo.log}. Immutable.
 *
 * @param enabled Whether requests are put on record.
 * @param content How much of the texts of prompts and answers is kept: none, redacted or full. A request may only ask for less.
 * @param users What stands for users, sessions and conversations in records: hmac (a keyed hash), plain or none.
 * @param folder Folder of the journal, of the key unless it is given, and of the database unless a URL is set. Each running application needs its own.
 * @param instance Name of this instance in records. Made and kept in the folder unless set.
 * @param url JDBC URL of the database, for H2 or PostgreSQL. An H2 file in the folder unless set.
 * @param username User of the database.
 * @param password Password of that user.
 * @param schema What is done about the tables at the start: migrate, validate or none.
 * @param masterKeys Comma-separated list of keys that texts and pseudonyms are made with: 32 bytes in Base64 each, first the current one, then former ones, with which what was written stays readable. All instances on one database need the same. From the key file unless set.
 * @param keyFile File with these keys, one in each line. Made in the folder with a random key unless it is there.
 * @param redactionTimeout How long a text may take to be redacted before it is not kept at all.
 * @param journalCapacity Most bytes of records that wait on the disk for the database.
 * @param retention How long records and texts are kept.
 * @param textRole Role that may see texts, export, replay and erase in the actuator endpoint.
 */
@ConfigurationProperties("olmo.log")
public record PromptLogProperties(
        @DefaultValue("true") boolean enabled,
        @DefaultValue("none") TextRetention content,
        @DefaultValue("hmac") IdentityMode users,
        @DefaultValue("olmo-log") Path folder,
        @Nullable String instance,
        @Nullable String url,
        @Nullable String username,
        @Nullable String password,
        @DefaultValue("migrate") SchemaMode schema,
        @DefaultValue List<String> masterKeys,
        @Nullable Path keyFile,
        @DefaultValue("50ms") Duration redactionTimeout,
        @DefaultValue("1GB") DataSize journalCapacity,
        @DefaultValue Retain retention,
        @DefaultValue("ADMIN") String textRole) {

    private static final String PREFIX = "olmo.log.";

    /** Copies the list. */
    public PromptLogProperties {
        masterKeys = List.copyOf(masterKeys);
    }

    /**
     * Keys under {@code olmo.log.retention}.
     *
     * @param content How long texts are kept.
     * @param records How long records are kept. For ever unless set.
     * @param interval How often what is older is deleted.
     */
    public record Retain(
            @DefaultValue("30d") Duration content,
            @Nullable Duration records,
            @DefaultValue("1h") Duration interval) {}

    /** What the log is started with. */
    PromptLogOptions options() {
        return new PromptLogOptions(
                folder,
                instance,
                content,
                users,
                keys(),
                store(),
                checked(
                        "journal-capacity",
                        journalCapacity,
                        () -> JournalOptions.DEFAULT.withCapacity(journalCapacity)),
                WriterOptions.DEFAULT,
                milliseconds("redaction-timeout", redactionTimeout),
                new Retention(
                        positive("retention.content", retention.content()),
                        retention.records() == null ? null : positive("retention.records", retention.records())),
                milliseconds("retention.interval", retention.interval()),
                PromptLogOptions.ERASURE_INTERVAL);
    }

    private MasterKeys keys() {
        if (!masterKeys.isEmpty()) {
            return MasterKeys.ofBase64(masterKeys);
        }
        return MasterKeys.readOrCreate(keyFile == null ? folder.resolve("master.key") : keyFile);
    }

    private StoreOptions store() {
        StoreOptions options = url == null
                ? StoreOptions.h2(folder.resolve("prompts"))
                : checked("url", null, () -> StoreOptions.of(url, username, password));
        return options.withSchema(schema);
    }

    private static Duration positive(String key, Duration value) {
        if (!value.isPositive()) {
            throw new InvalidConfigurationPropertyValueException(PREFIX + key, value, "It must be more than 0.");
        }
        return value;
    }

    private static Duration milliseconds(String key, Duration value) {
        return checked(key, value, () -> PromptLogOptions.requireMilliseconds(key, value));
    }

    private static <T> T checked(String key, @Nullable Object value, Supplier<T> conversion) {
        try {
            return conversion.get();
        } catch (IllegalArgumentException e) {
            throw new InvalidConfigurationPropertyValueException(PREFIX + key, value, e.getMessage() + ".", e);
        }
    }

    /** Hides the secrets. */
    @Override
    public String toString() {
        return "PromptLogProperties[enabled=%s, content=%s, users=%s, folder=%s]"
                .formatted(enabled, content, users, folder);
    }
}
