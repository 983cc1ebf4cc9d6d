package org.olmo4j.spring.autoconfigure;

import org.jspecify.annotations.Nullable;
import org.olmo4j.error.BackendUnavailableException;
import org.olmo4j.error.InsufficientMemoryException;
import org.olmo4j.error.ModelFormatException;
import org.olmo4j.error.ModelNotFoundException;
import org.olmo4j.error.OlmoException;
import org.olmo4j.error.TokenizerException;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.env.Environment;

/** Explains why a model could not be loaded, and which property led there. */
final class OlmoFailureAnalyzer extends AbstractFailureAnalyzer<OlmoException> {

    private final ConfiguredBy configured;

    OlmoFailureAnalyzer(Environment environment) {
        this.configured = new ConfiguredBy(environment);
    }

    @Override
    protected @Nullable FailureAnalysis analyze(Throwable rootFailure, OlmoException cause) {
        String key = switch (cause) {
            case ModelNotFoundException missing -> "olmo.model";
            case ModelFormatException broken -> "olmo.model";
            case TokenizerException broken -> "olmo.model";
            case BackendUnavailableException missing -> "olmo.backend";
            case InsufficientMemoryException small -> "olmo.engine.kv-cache-size";
            // Not from loading, so no property is to blame.
            default -> null;
        };
        if (key == null) {
            return null;
        }
        return new FailureAnalysis(cause.problem() + "." + configured.shown(key), cause.hint() + ".", cause);
    }
}
