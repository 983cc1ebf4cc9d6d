package org.olmo4j.backend.cuda.virtual.ptx;

import java.util.List;

/**
 * A declared variable or parameter.
 *
 * @param name unique within its module or function
 * @param bytes its size; 0 for an array whose size the launch decides ({@code extern .shared x[]})
 * @param alignment of its address, in bytes
 * @param initial what it holds at first, from its start; shorter than the variable if the rest is zero
 * @param line where it is declared
 */
public record Variable(
        String name, StateSpace space, PtxType type, long bytes, int alignment, List<Element> initial, int line) {

    /** One element of an initial value: a number, or the address of another variable. */
    public sealed interface Element {
        record Value(long bits) implements Element {}

        record Address(String variable, long offset) implements Element {}
    }

    public Variable {
        initial = List.copyOf(initial);
    }
}
