package org.olmo4j.energy;

/** What a meter answers. */
public sealed interface MeterReading {

    /**
     * The counter's value.
     *
     * @param microjoules since an arbitrary start, 0 or more
     * @param ownShare this process's part of what the device did since the last reading, 0 to 1; 1 where nobody else uses it
     */
    record Energy(long microjoules, double ownShare) implements MeterReading {

        /** Checks the ranges. */
        public Energy {
            if (microjoules < 0 || !(ownShare >= 0 && ownShare <= 1)) {
                throw new IllegalArgumentException(
                        "A counter of " + microjoules + " microjoules with an own share of " + ownShare);
            }
        }
    }

    /**
     * There is no value: it could not be read, or made no sense. The next one that can be read makes good for it.
     *
     * @param reason in one sentence, with what to do about it where that is known
     */
    record Missing(String reason) implements MeterReading {}
}
