package org.olmo4j.spring.autoconfigure;

import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;
import org.olmo4j.error.OlmoException;
import org.olmo4j.spring.promptlog.encryption.EncryptionException;
import org.olmo4j.spring.promptlog.journal.JournalException;
import org.olmo4j.spring.promptlog.store.StoreException;
import org.springframework.beans.factory.BeanCreationException;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.env.Environment;

/**
 * Explains why the prompt log did not start, and which property led there. The log is on unless it is switched off, so whoever reads this may never have
 * heard of it.
 */
final class PromptLogFailureAnalyzer extends AbstractFailureAnalyzer<RuntimeException> {

    private static final String FOLDER = "olmo.log.folder";
    private static final String KEY_FILE = "olmo.log.key-file";
    private static final String MASTER_KEYS = "olmo.log.master-keys";
    private static final String URL = "olmo.log.url";
    private static final String OR = " Or do without the prompt log: olmo.log.enabled=false.";

    private final ConfiguredBy configured;

    PromptLogFailureAnalyzer(Environment environment) {
        this.configured = new ConfiguredBy(environment);
    }

    @Override
    protected @Nullable FailureAnalysis analyze(Throwable rootFailure, RuntimeException cause) {
        boolean ofTheLog = false;
        for (Throwable link = cause; link != null; link = link.getCause()) {
            ofTheLog |= link instanceof BeanCreationException bean && "olmoPromptLogService".equals(bean.getBeanName());
            FailureAnalysis known = switch (link) {
                case JournalException journal -> analysis(journal, FOLDER);
                case EncryptionException key -> analysis(key, propertyOf(key));
                case StoreException store -> analysis(store);
                // Of a file beside the journal, if it is of the log at all.
                case UncheckedIOException file -> ofTheLog ? analysis(file) : null;
                default -> null;
            };
            if (known != null) {
                return known;
            }
        }
        return null;
    }

    private String propertyOf(EncryptionException failure) {
        return switch (failure.reason()) {
            case KEY_FILE_UNUSABLE, KEY_FILE_EXPOSED -> KEY_FILE;
            case INVALID_KEY, UNKNOWN_MASTER_KEY, NOT_AUTHENTIC ->
                configured.isSet(MASTER_KEYS) ? MASTER_KEYS : KEY_FILE;
        };
    }

    private FailureAnalysis analysis(OlmoException failure, String key) {
        return new FailureAnalysis(
                failure.problem() + "." + place(key), failure.hint() + " (" + key + ")." + OR, failure);
    }

    private FailureAnalysis analysis(StoreException failure) {
        String key = configured.isSet(URL) ? URL : FOLDER;
        return new FailureAnalysis(
                failure.getMessage() + "." + place(key), "Do so, or set another " + key + "." + OR, failure);
    }

    private FailureAnalysis analysis(UncheckedIOException failure) {
        return new FailureAnalysis(
                failure.getMessage() + "." + place(FOLDER),
                "Set " + FOLDER + " to a folder on a local disk that this user may create, read and write." + OR,
                failure);
    }

    /** Where the path came from. What is not set follows from the folder, which has a default. */
    private String place(String key) {
        if (configured.isSet(key)) {
            return key.equals(MASTER_KEYS) || key.equals(URL) ? configured.named(key) : configured.shown(key);
        }
        return configured.isSet(FOLDER)
                ? configured.shown(FOLDER)
                : String.format("%n%n%s is not set: the default is olmo-log in the working directory", FOLDER);
    }
}
