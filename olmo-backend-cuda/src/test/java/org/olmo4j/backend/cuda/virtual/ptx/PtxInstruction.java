package org.olmo4j.backend.cuda.virtual.ptx;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One instruction as written.
 *
 * @param name the first part of its opcode, {@code ld} of {@code ld.global.v4.f32}
 * @param modifiers the other parts, {@code [global, v4, f32]}
 * @param guard the predicate under which it is executed, a {@link Operand.Register} or {@link Operand.Not}; null if always
 */
public record PtxInstruction(
        String name,
        List<String> modifiers,
        List<Operand> operands,
        @Nullable Operand guard,
        int line) {

    public PtxInstruction {
        modifiers = List.copyOf(modifiers);
        operands = List.copyOf(operands);
    }

    static PtxInstruction of(String opcode, List<Operand> operands, @Nullable Operand guard, int line) {
        List<String> parts = Arrays.asList(opcode.split("\\."));
        return new PtxInstruction(parts.getFirst(), parts.subList(1, parts.size()), operands, guard, line);
    }

    /** The name with all modifiers. */
    public String opcode() {
        return modifiers.isEmpty() ? name : name + "." + String.join(".", modifiers);
    }

    public boolean has(String modifier) {
        return modifiers.contains(modifier);
    }

    /** The types among the modifiers, in order. */
    public List<PtxType> types() {
        List<PtxType> types = new ArrayList<>(2);
        for (String modifier : modifiers) {
            PtxType type = PtxType.of(modifier);
            if (type != null) {
                types.add(type);
            }
        }
        return types;
    }

    public PtxSyntaxException error(String problem) {
        return new PtxSyntaxException(line, problem + ": " + this);
    }

    @Override
    public String toString() {
        String condition = guard == null ? "" : "@" + guard + " ";
        return condition
                + opcode()
                + operands.stream()
                        .map(Operand::toString)
                        .collect(Collectors.joining(", ", operands.isEmpty() ? "" : " ", ""));
    }
}
