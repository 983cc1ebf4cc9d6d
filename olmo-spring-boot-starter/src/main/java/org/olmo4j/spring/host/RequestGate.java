package org.olmo4j.spring.host;

import org.olmo4j.engine.GenerationRequest;

/**
 * Asked before a request goes to the engine of a hosted model. An application's beans of this type stand before every model that it loads by
 * its configuration. Thread-safe.
 */
@FunctionalInterface
public interface RequestGate {

    /**
     * Lets a request pass, or throws. Called in the submitting thread, which it may keep waiting, once for all samples of a request.
     *
     * @param request what is asked
     * @throws org.olmo4j.error.RetryLaterException if it is refused for the time being
     */
    void admit(GenerationRequest request);
}
