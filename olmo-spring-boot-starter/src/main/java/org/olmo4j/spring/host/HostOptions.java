package org.olmo4j.spring.host;

import java.time.Duration;
import java.util.List;
import org.olmo4j.engine.GenerationListener;
import org.olmo4j.error.InvalidRequestException;

/**
 * How a model is hosted.
 *
 * @param startWait how long the start of the application waits for the load, 0 or more; a load that takes longer goes on in the background
 * @param requestWait how long a request waits for a model that is being loaded, 0 or more
 * @param drainTimeout how long running requests have before the model is reloaded or the application ends, 0 or more
 * @param listeners told about the end of every request, once, as its caller sees it
 * @param gates asked in this order, once the model is there, before a request goes to the engine
 * @param breakers of the devices that the model may run on
 */
public record HostOptions(
        Duration startWait,
        Duration requestWait,
        Duration drainTimeout,
        List<GenerationListener> listeners,
        List<RequestGate> gates,
        DeviceBreakers breakers) {

    /** 5 s at start, none for requests, 10 s to drain. */
    public static final HostOptions DEFAULT = new HostOptions(
            Duration.ofSeconds(5), Duration.ZERO, Duration.ofSeconds(10), List.of(), List.of(), DeviceBreakers.NONE);

    /**
     * Checks ranges and copies the lists.
     *
     * @throws InvalidRequestException naming the component out of its range
     */
    public HostOptions {
        require(startWait, "startWait");
        require(requestWait, "requestWait");
        require(drainTimeout, "drainTimeout");
        listeners = List.copyOf(listeners);
        gates = List.copyOf(gates);
    }

    private static void require(Duration value, String parameter) {
        if (value.isNegative() || value.compareTo(Duration.ofDays(1)) > 0) {
            throw new InvalidRequestException(parameter, parameter + " is " + value, "Allowed: 0 to 1 day");
        }
    }
}
