package org.olmo4j.spring.promptlog.service;

import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.olmo4j.engine.Origin.TextRetention;
import org.olmo4j.spring.promptlog.encryption.MasterKeys;
import org.olmo4j.spring.promptlog.identity.IdentityMode;
import org.olmo4j.spring.promptlog.journal.JournalOptions;
import org.olmo4j.spring.promptlog.store.Retention;
import org.olmo4j.spring.promptlog.store.StoreOptions;
import org.olmo4j.spring.promptlog.writer.WriterOptions;

/**
 * What is kept, where, and for how long.
 *
 * @param folder of this application alone: with the journal, and what the database refuses
 * @param instance name of this instance in records, the same in each of its processes; null: made, and kept in the folder
 * @param content most of the texts that is kept
 * @param identities what stands for users and sessions
 * @param keys by which texts and pseudonyms are made
 * @param store where the database is
 * @param journal limits of the journal
 * @param writer limits of what waits for the database
 * @param redactionTimeout how long a text may take to be redacted, 1 ms or more
 * @param retention how long records and texts are kept
 * @param retentionInterval how often what is older is deleted, 1 ms or more
 * @param erasureInterval how often is looked for users whom other instances erased, 1 ms or more
 */
public record PromptLogOptions(
        Path folder,
        @Nullable String instance,
        TextRetention content,
        IdentityMode identities,
        MasterKeys keys,
        StoreOptions store,
        JournalOptions journal,
        WriterOptions writer,
        Duration redactionTimeout,
        Retention retention,
        Duration retentionInterval,
        Duration erasureInterval) {

    /** How often is looked for users whom other instances erased, unless it is said. */
    public static final Duration ERASURE_INTERVAL = Duration.ofSeconds(30);

    /**
     * Checks ranges.
     *
     * @throws IllegalArgumentException naming the value out of its range
     */
    public PromptLogOptions {
        requireMilliseconds("redactionTimeout", redactionTimeout);
        requireMilliseconds("retentionInterval", retentionInterval);
        requireMilliseconds("erasureInterval", erasureInterval);
    }

    /**
     * Checks a duration.
     *
     * @param name of it
     * @param value of it
     * @return the same
     * @throws IllegalArgumentException if it is less than 1 ms
     */
    public static Duration requireMilliseconds(String name, Duration value) {
        if (value.compareTo(Duration.ofMillis(1)) < 0) {
            throw new IllegalArgumentException(name + " is " + value + "; allowed: 1 ms or more");
        }
        return value;
    }

    /**
     * What is kept of nothing but numbers: no texts, users by pseudonyms, in an H2 file in the folder, for ever.
     *
     * @param folder of this application alone
     * @return with a key that is made in the folder
     */
    public static PromptLogOptions in(Path folder) {
        return new PromptLogOptions(
                folder,
                null,
                TextRetention.NONE,
                IdentityMode.HMAC,
                MasterKeys.readOrCreate(folder.resolve("master.key")),
                StoreOptions.h2(folder.resolve("prompts")),
                JournalOptions.DEFAULT,
                WriterOptions.DEFAULT,
                Duration.ofMillis(50),
                new Retention(Duration.ofDays(30), null),
                Duration.ofHours(1),
                ERASURE_INTERVAL);
    }
}
