package org.olmo4j.backend.cuda.virtual.instruction;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.olmo4j.backend.cuda.virtual.machine.Instruction;
import org.olmo4j.backend.cuda.virtual.machine.Predicates;
import org.olmo4j.backend.cuda.virtual.machine.SpecialRegister;
import org.olmo4j.backend.cuda.virtual.memory.Windows;
import org.olmo4j.backend.cuda.virtual.ptx.Operand;
import org.olmo4j.backend.cuda.virtual.ptx.PtxFunction;
import org.olmo4j.backend.cuda.virtual.ptx.PtxInstruction;
import org.olmo4j.backend.cuda.virtual.ptx.PtxType;
import org.olmo4j.backend.cuda.virtual.ptx.StateSpace;
import org.olmo4j.backend.cuda.virtual.ptx.Variable;

/**
 * What the names in one function mean, as part of one kernel. A function that is called is translated anew for each call, in the place of the call, with a
 * frame of its own. Notes which registers the instruction being translated reads and writes.
 */
final class Frame {

    /** A predicate operand. */
    record Predicate(int index, boolean negated) {}

    private final Layout layout;
    private final Map<String, Integer> rows = new HashMap<>();
    private final Map<String, Integer> predicates = new HashMap<>();
    private final Map<String, Place> variables = new HashMap<>();
    private final Function<String, @Nullable Place> moduleVariables;
    private final List<Integer> reads = new ArrayList<>();
    private final List<Integer> writes = new ArrayList<>();
    private final List<Integer> predicatesRead = new ArrayList<>();
    private final List<Integer> predicatesWritten = new ArrayList<>();
    private final int zero;

    /** @param moduleVariables where the module's variables lie; null for an unknown name */
    Frame(Layout layout, PtxFunction function, Function<String, @Nullable Place> moduleVariables) {
        this.layout = layout;
        this.moduleVariables = moduleVariables;
        zero = layout.constant(0);
        function.registers().forEach((name, type) -> {
            if (type == PtxType.PRED) {
                predicates.put(name, layout.newPredicate());
            } else {
                rows.put(name, layout.newRow());
            }
        });
        for (Variable variable : function.variables()) {
            if (variable.space() == StateSpace.LOCAL || variable.space() == StateSpace.PARAM) {
                int offset = layout.addLocal((int) variable.bytes(), variable.alignment());
                variables.put(variable.name(), new Place(StateSpace.LOCAL, zero, offset));
            }
        }
    }

    /** Gives a parameter or result its place. */
    void bind(String variable, Place place) {
        variables.put(variable, place);
    }

    @Nullable
    Place variable(String name) {
        Place own = variables.get(name);
        return own == null ? moduleVariables.apply(name) : own;
    }

    /** The row of an operand that is read. */
    int read(PtxInstruction instruction, Operand operand, PtxType type) {
        int row = readUnchecked(instruction, operand, type);
        // Constants and special registers need no look: they always have a value.
        if (operand instanceof Operand.Register) {
            reads.add(row);
        }
        return row;
    }

    /** The row of an operand that is read although it may never have been written: the instruction looks after that itself. */
    int readUnchecked(PtxInstruction instruction, Operand operand, PtxType type) {
        return switch (operand) {
            case Operand.Register register -> row(instruction, register);
            case Operand.Immediate immediate -> layout.constant(bits(immediate, type));
            case Operand.Special special -> special(instruction, special);
            case Operand.Symbol symbol -> layout.constant(address(instruction, symbol));
            default -> throw instruction.error("cannot read " + operand);
        };
    }

    private static long bits(Operand.Immediate immediate, PtxType type) {
        return switch (immediate) {
            case Operand.Whole whole -> whole.value();
            case Operand.FloatBits bits -> bits.bits() & 0xFFFF_FFFFL;
            case Operand.DoubleBits bits ->
                type == PtxType.F32
                        ? Float.floatToRawIntBits((float) Double.longBitsToDouble(bits.bits()))
                        : bits.bits();
        };
    }

    private int special(PtxInstruction instruction, Operand.Special special) {
        SpecialRegister register = SpecialRegister.of(special.name());
        if (register == null) {
            throw instruction.error("unknown register " + special);
        }
        return layout.special(register);
    }

    private int row(PtxInstruction instruction, Operand.Register register) {
        Integer row = rows.get(register.name());
        if (row == null) {
            throw instruction.error(register + " is no register with a number");
        }
        return row;
    }

    /** The address of a variable, in its own space; of a parameter of the kernel, the generic one. */
    private long address(PtxInstruction instruction, Operand.Symbol symbol) {
        Place place = variable(symbol.name());
        if (place == null) {
            throw instruction.error("unknown name " + symbol.name());
        }
        return place.offset() + symbol.offset();
    }

    /** The row of an operand that is written. */
    int write(PtxInstruction instruction, Operand operand) {
        int row = writeUnchecked(instruction, operand);
        writes.add(row);
        return row;
    }

    /** The row of an operand that is written, and which the instruction itself notes as written. */
    int writeUnchecked(PtxInstruction instruction, Operand operand) {
        return switch (operand) {
            case Operand.Register register -> row(instruction, register);
            case Operand.Discard _ -> layout.newRow();
            default -> throw instruction.error("cannot write " + operand);
        };
    }

    Predicate readPredicate(PtxInstruction instruction, Operand operand) {
        Predicate predicate = predicate(instruction, operand);
        predicatesRead.add(predicate.index());
        return predicate;
    }

    Predicate predicate(PtxInstruction instruction, Operand operand) {
        return switch (operand) {
            case Operand.Register register -> new Predicate(predicateIndex(instruction, register), false);
            case Operand.Not not -> new Predicate(predicateIndex(instruction, not.predicate()), true);
            case Operand.Whole whole -> new Predicate(whole.value() != 0 ? Predicates.TRUE : Predicates.FALSE, false);
            default -> throw instruction.error(operand + " is no predicate");
        };
    }

    int writePredicate(PtxInstruction instruction, Operand operand) {
        int index = operand instanceof Operand.Discard
                ? layout.newPredicate()
                : predicate(instruction, operand).index();
        predicatesWritten.add(index);
        return index;
    }

    private int predicateIndex(PtxInstruction instruction, Operand.Register register) {
        Integer index = predicates.get(register.name());
        if (index == null) {
            throw instruction.error(register + " is no predicate");
        }
        return index;
    }

    boolean isPredicate(Operand operand) {
        return (operand instanceof Operand.Register register && predicates.containsKey(register.name()))
                || operand instanceof Operand.Not;
    }

    /** Where a memory operand points. */
    Place place(PtxInstruction instruction, Operand operand, StateSpace space) {
        if (!(operand instanceof Operand.Memory memory)) {
            throw instruction.error(operand + " is no memory operand");
        }
        return switch (memory.base()) {
            case null -> new Place(space, zero, memory.offset());
            case Operand.Symbol symbol -> {
                Place variable = variable(symbol.name());
                if (variable == null) {
                    throw instruction.error("unknown name " + symbol.name());
                }
                // Of parameters and results of functions only the frame knows that they lie in local memory.
                StateSpace actual = space == StateSpace.PARAM ? variable.space() : space;
                long offset = variable.offset() + symbol.offset() + memory.offset();
                yield new Place(actual, zero, space == StateSpace.GENERIC ? generic(variable, offset) : offset);
            }
            default -> new Place(space, read(instruction, memory.base(), PtxType.B64), memory.offset());
        };
    }

    private static long generic(Place variable, long offset) {
        return switch (variable.space()) {
            case SHARED -> Windows.SHARED + offset;
            case LOCAL -> Windows.LOCAL + offset;
            default -> offset;
        };
    }

    int constant(long value) {
        return layout.constant(value);
    }

    int newRow() {
        return layout.newRow();
    }

    void noteSharedAccess(StateSpace space, int bytes) {
        if (space == StateSpace.SHARED || space == StateSpace.GENERIC) {
            layout.noteSharedAccess(bytes);
        }
    }

    /** What was read and written since the last call. */
    Instruction.Registers takeRegisters() {
        Instruction.Registers taken =
                new Instruction.Registers(ints(reads), ints(writes), ints(predicatesRead), ints(predicatesWritten));
        reads.clear();
        writes.clear();
        predicatesRead.clear();
        predicatesWritten.clear();
        return taken;
    }

    private static int[] ints(List<Integer> numbers) {
        return numbers.stream().mapToInt(Integer::intValue).distinct().toArray();
    }
}
