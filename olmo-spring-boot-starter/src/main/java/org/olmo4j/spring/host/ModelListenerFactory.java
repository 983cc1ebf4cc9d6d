package org.olmo4j.spring.host;

import org.olmo4j.engine.GenerationListener;

/** Makes listeners that know which model they listen to. An application's beans of this type listen to every model that it hosts. */
@FunctionalInterface
public interface ModelListenerFactory {

    /**
     * A listener for one model.
     *
     * @param model public name
     * @return told about the ends of its requests
     */
    GenerationListener listener(String model);
}
