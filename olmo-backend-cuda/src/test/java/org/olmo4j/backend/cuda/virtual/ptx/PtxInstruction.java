package org.olmo4j.backend.cuda.virtual.ptx;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One instruction as written.
 *
 * @param opcode its name with all modifiers, {@code ld.global.v4.f32}
 * @param guard the predicate under which it is executed, a {@link Operand.Register} or {@link Operand.Not}; null if always
 */
public record PtxInstruction(
        String opcode, List<Operand> operands, @Nullable Operand guard, int line) {

    public PtxInstruction {
        operands = List.copyOf(operands);
    }

    /** The first part of the opcode, {@code ld}. */
    public String name() {
        int dot = opcode.indexOf('.');
        return dot < 0 ? opcode : opcode.substring(0, dot);
    }

    /** The other parts of the opcode, {@code [global, v4, f32]}. */
    public List<String> modifiers() {
        return Arrays.stream(opcode.split("\\.")).skip(1).toList();
    }

    public boolean has(String modifier) {
        return modifiers().contains(modifier);
    }

    /** The types among the modifiers, in order. */
    public List<PtxType> types() {
        return modifiers().stream()
                .flatMap(modifier -> {
                    PtxType type = PtxType.of(modifier);
                    return type == null ? Stream.empty() : Stream.of(type);
                })
                .toList();
    }

    public PtxSyntaxException error(String problem) {
        return new PtxSyntaxException(line, problem + ": " + this);
    }

    @Override
    public String toString() {
        String condition = guard == null ? "" : "@" + guard + " ";
        return condition
                + opcode
                + operands.stream()
                        .map(Operand::toString)
                        .collect(Collectors.joining(", ", operands.isEmpty() ? "" : " ", ""));
    }
}
