package org.olmo4j.spring.host;

import java.time.Duration;
import java.util.Optional;
import org.olmo4j.error.OlmoException;

/**
 * Whether a device is to be asked, by how it has fared. Hears of errors of the device alone: what was refused, cancelled, late or wrong says nothing
 * about it. One for each device, shared by the models on it. Thread-safe; nothing in it waits.
 */
public interface DeviceBreaker {

    /** Leaves a device in service until it is lost, and then for good. */
    DeviceBreaker NONE = new DeviceBreaker() {
        @Override
        public boolean tryAcquire() {
            return true;
        }

        @Override
        public void succeeded() {}

        @Override
        public void failed(OlmoException error) {}

        @Override
        public void released() {}

        @Override
        public void trip() {}

        @Override
        public void lost(OlmoException reason) {}

        @Override
        public Optional<OlmoException> lostBy() {
            return Optional.empty();
        }

        @Override
        public boolean open() {
            return false;
        }

        @Override
        public boolean closed() {
            return true;
        }

        @Override
        public Optional<Duration> retryAfter() {
            return Optional.empty();
        }
    };

    /**
     * Takes a permission for one generation, which {@link #succeeded}, {@link #failed} or {@link #released} gives back.
     *
     * @return false if the device is not to be asked
     */
    boolean tryAcquire();

    /** A generation came to its end. */
    void succeeded();

    /**
     * The device failed.
     *
     * @param error what it said
     */
    void failed(OlmoException error);

    /** A generation ended in a way that says nothing about the device. */
    void released();

    /** Opens, whatever was counted: the model cannot be loaded on the device. */
    void trip();

    /**
     * The device is lost to this process: opens for good.
     *
     * @param reason what it said
     */
    void lost(OlmoException reason);

    /**
     * Why the device is lost, whichever model found out.
     *
     * @return the first reason; empty if it is not, or nobody keeps count
     */
    Optional<OlmoException> lostBy();

    /**
     * Whether the device is left alone at present.
     *
     * @return true if so
     */
    boolean open();

    /**
     * Whether the device has the full trust; it has not while it is tried again.
     *
     * @return true if so
     */
    boolean closed();

    /**
     * When an open device may be tried again.
     *
     * @return about how long from now, 0 if at once; empty if only an operator brings it back
     */
    Optional<Duration> retryAfter();
}
