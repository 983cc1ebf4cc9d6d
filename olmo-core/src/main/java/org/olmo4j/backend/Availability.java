package org.olmo4j.backend;

import java.util.List;

/** Whether a backend can be used on this machine. */
public sealed interface Availability {

    /**
     * It can.
     *
     * @param devices at least one
     * @param hints what would make it faster, such as a missing JVM flag; often empty
     */
    record Available(List<Device> devices, List<String> hints) implements Availability {

        /** Copies the lists. */
        public Available {
            devices = List.copyOf(devices);
            hints = List.copyOf(hints);
        }
    }

    /**
     * It cannot.
     *
     * @param reasons one sentence each, at least one
     */
    record Unavailable(List<String> reasons) implements Availability {

        /** Copies the list. */
        public Unavailable {
            reasons = List.copyOf(reasons);
        }
    }

    /**
     * Something that computes.
     *
     * @param id unique in its backend, such as {@code cpu} or a GPU's UUID
     * @param description for people: model, lane width, threads, memory
     */
    record Device(String id, String description) {}
}
