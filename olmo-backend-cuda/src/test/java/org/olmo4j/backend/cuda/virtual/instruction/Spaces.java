package org.olmo4j.backend.cuda.virtual.instruction;

import org.olmo4j.backend.cuda.virtual.ptx.PtxInstruction;
import org.olmo4j.backend.cuda.virtual.ptx.StateSpace;

/** The state space that an opcode names. */
final class Spaces {

    private Spaces() {}

    /** The first that is named; generic if none is. */
    static StateSpace of(PtxInstruction instruction) {
        for (String modifier : instruction.modifiers()) {
            StateSpace space = named(modifier);
            if (space != StateSpace.GENERIC) {
                return space;
            }
        }
        return StateSpace.GENERIC;
    }

    private static StateSpace named(String modifier) {
        return switch (modifier) {
            case "global" -> StateSpace.GLOBAL;
            case "shared", "shared::cta", "shared::cluster" -> StateSpace.SHARED;
            case "local" -> StateSpace.LOCAL;
            case "const" -> StateSpace.CONST;
            case "param", "param::entry", "param::func" -> StateSpace.PARAM;
            default -> StateSpace.GENERIC;
        };
    }
}
