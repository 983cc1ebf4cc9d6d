package org.olmo4j.constraint;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What a schema says of objects.
 *
 * @param properties what the values of these keys conform to, in the order of the schema
 * @param required keys that must be there
 * @param additional what the values of all other keys conform to; empty if nothing is said of them
 * @param minimum fewest members
 * @param maximum most members; {@link #UNLIMITED} for no limit
 */
record ObjectLimits(
        Map<String, Conjunction> properties,
        Set<String> required,
        Optional<Conjunction> additional,
        int minimum,
        int maximum) {

    static final int UNLIMITED = Integer.MAX_VALUE;
    static final ObjectLimits NONE = new ObjectLimits(Map.of(), Set.of(), Optional.empty(), 0, UNLIMITED);

    /** Keeps the order of the collections. */
    ObjectLimits {
        properties = Collections.unmodifiableMap(new LinkedHashMap<>(properties));
        required = Collections.unmodifiableSet(new LinkedHashSet<>(required));
    }

    /** What both say: a key that only one of them lists is an additional one for the other. */
    ObjectLimits and(ObjectLimits other) {
        Map<String, Conjunction> both = new LinkedHashMap<>();
        properties.keySet().forEach(key -> both.put(key, value(key).and(other.value(key))));
        other.properties
                .keySet()
                .forEach(key -> both.putIfAbsent(key, value(key).and(other.value(key))));
        Set<String> needed = new LinkedHashSet<>(required);
        needed.addAll(other.required);
        Optional<Conjunction> rest = additional.isPresent() && other.additional.isPresent()
                ? Optional.of(additional.get().and(other.additional.get()))
                : additional.or(other::additional);
        return new ObjectLimits(both, needed, rest, Math.max(minimum, other.minimum), Math.min(maximum, other.maximum));
    }

    /** What the value of a key conforms to. */
    Conjunction value(String key) {
        Conjunction declared = properties.get(key);
        return declared == null ? additional.orElse(Conjunction.ANY) : declared;
    }
}
