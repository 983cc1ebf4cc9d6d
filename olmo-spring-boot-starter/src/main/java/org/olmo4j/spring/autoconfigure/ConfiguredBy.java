package org.olmo4j.spring.autoconfigure;

import org.springframework.boot.origin.OriginLookup;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.Environment;
import org.springframework.core.env.PropertySource;

/**
 * Says which property led to a failure, and where it is set.
 *
 * @param environment of the application
 */
record ConfiguredBy(Environment environment) {

    /** A paragraph of its own; empty if the property is not set. */
    String shown(String key) {
        String value = environment.getProperty(key);
        return value == null ? "" : String.format("%n%nConfigured by %s=%s%s", key, value, origin(key));
    }

    /** The same without the value, which may be a secret or hold one. */
    String named(String key) {
        return isSet(key) ? String.format("%n%nConfigured by %s%s", key, origin(key)) : "";
    }

    /** Whether there is a value, or a list of them. */
    boolean isSet(String key) {
        return environment.containsProperty(key) || environment.containsProperty(key + "[0]");
    }

    private String origin(String key) {
        if (environment instanceof ConfigurableEnvironment configurable) {
            for (PropertySource<?> source : configurable.getPropertySources()) {
                if (source.containsProperty(key)) {
                    Object origin = OriginLookup.getOrigin(source, key);
                    return " (" + (origin == null ? source.getName() : origin) + ")";
                }
            }
        }
        return "";
    }
}
