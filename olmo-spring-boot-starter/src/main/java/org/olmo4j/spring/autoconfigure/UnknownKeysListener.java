package org.olmo4j.spring.autoconfigure;

import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.event.ApplicationPreparedEvent;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.context.properties.source.IterableConfigurationPropertySource;
import org.springframework.boot.origin.Origin;
import org.springframework.context.ApplicationListener;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.PropertySource;
import org.springframework.core.env.StandardEnvironment;

/**
 * Warns of keys under {@code olmo} that are set but not known, which Boot ignores silently, before the application starts, and so also where it does not for
 * that. Environment variables are left out, as Boot leaves them out when it looks for unbound keys: what begins with {@code OLMO_} there may be anybody's.
 */
final class UnknownKeysListener implements ApplicationListener<ApplicationPreparedEvent> {

    private static final Logger log = LoggerFactory.getLogger(UnknownKeysListener.class);

    @Override
    public void onApplicationEvent(ApplicationPreparedEvent event) {
        Map<ConfigurationPropertyName, ConfigurationProperty> set =
                set(event.getApplicationContext().getEnvironment());
        if (set.isEmpty()) {
            return;
        }
        try {
            KnownKeys known = KnownKeys.read(event.getSpringApplication().getClassLoader());
            set.forEach((name, property) -> warn(name, property, known));
        } catch (IOException unreadable) {
            log.debug("The metadata of keys cannot be read", unreadable);
        }
    }

    private static void warn(ConfigurationPropertyName name, ConfigurationProperty property, KnownKeys known) {
        if (known.contains(name)) {
            return;
        }
        log.warn(
                "The key '{}'{} is not known and has no effect.{}",
                name,
                place(property.getOrigin()),
                known.nearest(name)
                        .map(key -> " Is '" + key + "' meant?")
                        .orElse(" The README of olmo-spring-boot-starter lists all keys."));
    }

    private static String place(@Nullable Origin origin) {
        return origin == null ? "" : " (" + origin + ")";
    }

    private static Map<ConfigurationPropertyName, ConfigurationProperty> set(ConfigurableEnvironment environment) {
        Map<ConfigurationPropertyName, ConfigurationProperty> set = new TreeMap<>();
        for (ConfigurationPropertySource source : ConfigurationPropertySources.get(environment)) {
            if (source instanceof IterableConfigurationPropertySource iterable && !isEnvironment(source)) {
                iterable.stream().filter(KnownKeys::isBeneathRoot).forEach(name -> {
                    ConfigurationProperty property = source.getConfigurationProperty(name);
                    if (property != null) {
                        set.putIfAbsent(name, property);
                    }
                });
            }
        }
        return set;
    }

    private static boolean isEnvironment(ConfigurationPropertySource source) {
        return source.getUnderlyingSource() instanceof PropertySource<?> underlying
                && underlying.getName().endsWith(StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME);
    }
}
