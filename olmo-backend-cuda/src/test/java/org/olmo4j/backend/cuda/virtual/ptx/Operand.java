package org.olmo4j.backend.cuda.virtual.ptx;

import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What an instruction works on. */
public sealed interface Operand {

    /** A number in the instruction itself. */
    sealed interface Immediate extends Operand {}

    record Whole(long value) implements Immediate {
        @Override
        public String toString() {
            return Long.toString(value);
        }
    }

    /** The bits of a number of 32 bits, {@code 0f3F800000}. */
    record FloatBits(int bits) implements Immediate {
        @Override
        public String toString() {
            return "0f%08X".formatted(bits);
        }
    }

    /** The bits of a number of 64 bits, {@code 0d3FF0000000000000}, or of one written in decimal. */
    record DoubleBits(long bits) implements Immediate {
        @Override
        public String toString() {
            return "0d%016X".formatted(bits);
        }
    }

    /** A register of the function, under a name that is unique within it. */
    record Register(String name) implements Operand {
        @Override
        public String toString() {
            return name;
        }
    }

    /** A register that the machine sets, such as {@code %tid.x}. */
    record Special(String name) implements Operand {
        @Override
        public String toString() {
            return name;
        }
    }

    /** The address of a variable, or a label, or a function. */
    record Symbol(String name, long offset) implements Operand {
        @Override
        public String toString() {
            return offset == 0 ? name : name + "+" + offset;
        }
    }

    /** {@code [base+offset]}; without a base the offset is the whole address. */
    record Memory(@Nullable Operand base, long offset) implements Operand {
        @Override
        public String toString() {
            return "[" + (base == null ? "" : base) + (offset == 0 && base != null ? "" : "+" + offset) + "]";
        }
    }

    /** <code>{a, b}</code>. */
    record Vector(List<Operand> elements) implements Operand {
        public Vector {
            elements = List.copyOf(elements);
        }

        @Override
        public String toString() {
            return elements.stream().map(Operand::toString).collect(Collectors.joining(", ", "{", "}"));
        }
    }

    /** {@code a|b}: two results. */
    record Pair(Operand first, Operand second) implements Operand {
        @Override
        public String toString() {
            return first + "|" + second;
        }
    }

    /** {@code !p}. */
    record Not(Register predicate) implements Operand {
        @Override
        public String toString() {
            return "!" + predicate;
        }
    }

    /** {@code _}: a result that nobody wants. */
    record Discard() implements Operand {
        @Override
        public String toString() {
            return "_";
        }
    }

    /** The arguments or results of a call, in parentheses. */
    record Arguments(List<Operand> elements) implements Operand {
        public Arguments {
            elements = List.copyOf(elements);
        }

        @Override
        public String toString() {
            return elements.stream().map(Operand::toString).collect(Collectors.joining(", ", "(", ")"));
        }
    }
}
