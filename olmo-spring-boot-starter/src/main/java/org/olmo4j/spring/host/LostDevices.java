package org.olmo4j.spring.host;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.olmo4j.error.OlmoException;

/** The devices that are lost to this process, and why: not even a reload of the model asks them again. Thread-safe. */
final class LostDevices {

    private final Map<String, OlmoException> reasons = new ConcurrentHashMap<>();

    void add(String backend, OlmoException reason) {
        reasons.putIfAbsent(backend, reason);
    }

    Optional<OlmoException> reason(String backend) {
        return Optional.ofNullable(reasons.get(backend));
    }
}
