package org.olmo4j.spring.host;

/** Knows the breakers of devices. A bean of this type holds for every model that the application loads by its configuration. */
@FunctionalInterface
public interface DeviceBreakers {

    /** No device has one. */
    DeviceBreakers NONE = backend -> DeviceBreaker.NONE;

    /**
     * The breaker of a backend's device.
     *
     * @param backend short name, such as {@code cuda}
     * @return always the same for a name
     */
    DeviceBreaker breaker(String backend);
}
