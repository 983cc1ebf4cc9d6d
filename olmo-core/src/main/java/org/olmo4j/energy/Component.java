package org.olmo4j.energy;

/** A part of the machine that a meter covers. What no meter covers (fans, power supply, network, disks) is in no figure. */
public enum Component {

    /** Processor packages: cores, caches, and what else is on the chip. */
    CPU,

    /** Memory modules. */
    MEMORY,

    /** Graphics cards, their memory included. */
    GPU
}
