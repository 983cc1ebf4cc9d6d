package org.olmo4j.spring.host;

import org.olmo4j.error.DeviceFailedException;
import org.olmo4j.error.OlmoException;

/** What a failure says of a device, and who is told: its breaker, and for the rest of this process the list of those that are lost. Thread-safe. */
final class DeviceFailures {

    /** What may be asked of a device that has failed. */
    enum Verdict {
        /** Nothing in this process. */
        LOST,
        /** The same again, when its breaker allows it. */
        PASSING,
        /** Another model: the failure is none of the device. */
        NOT_OF_THE_DEVICE
    }

    private final LostDevices lost;

    /**
     * Begins with what earlier failures said.
     *
     * @param lost devices that are not to be asked; added to
     */
    DeviceFailures(LostDevices lost) {
        this.lost = lost;
    }

    /** A load failed. Only what the device itself did is told to its breaker: a model that has room on it is not to suffer for one that has none. */
    Verdict atLoad(HostedBackend backend, OlmoException failure) {
        Verdict verdict = verdict(failure);
        noteLoss(backend, failure, verdict);
        if (verdict == Verdict.PASSING) {
            backend.breaker().failed(failure);
            backend.breaker().trip();
        }
        return verdict;
    }

    /** A generation failed that ran on the device, or the thread of its engine. */
    Verdict atWork(HostedBackend backend, OlmoException failure) {
        Verdict verdict = verdict(failure);
        backend.breaker().failed(failure);
        noteLoss(backend, failure, verdict);
        return verdict;
    }

    private void noteLoss(HostedBackend backend, OlmoException failure, Verdict verdict) {
        if (verdict == Verdict.LOST) {
            lost.add(backend.name(), failure);
            backend.breaker().lost(failure);
        }
    }

    private static Verdict verdict(OlmoException failure) {
        if (!(failure instanceof DeviceFailedException device)) {
            return Verdict.NOT_OF_THE_DEVICE;
        }
        return device.sticky() ? Verdict.LOST : Verdict.PASSING;
    }
}
