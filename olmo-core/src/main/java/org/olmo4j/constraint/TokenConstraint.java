package org.olmo4j.constraint;

import java.util.List;

/** A schema compiled for a vocabulary. Immutable; thread-safe. */
public final class TokenConstraint {

    private final ConstraintState start;
    private final int bytes;

    TokenConstraint(TokenConstraints constraints, SchemaCompiler.Compiled schema) {
        this.start = new ConstraintState(constraints, List.of(new Position.Before(schema.root(), null, false)), true);
        this.bytes = schema.bytes();
    }

    /**
     * The state before the first token.
     *
     * @return the same one each time
     */
    public ConstraintState start() {
        return start;
    }

    /** Memory of its automata. */
    int bytes() {
        return bytes;
    }
}
