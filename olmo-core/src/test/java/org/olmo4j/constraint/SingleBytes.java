package org.olmo4j.constraint;

import java.nio.charset.StandardCharsets;
import java.util.Set;
import org.olmo4j.text.TokenBytes;

/** A vocabulary of one token for each byte, and one that ends an answer. */
final class SingleBytes implements TokenBytes {

    static final int END = 256;

    static TokenConstraints constraints() {
        return new TokenConstraints(new SingleBytes(), END + 1, Set.of(END));
    }

    /** Whether a schema's automaton takes a text, byte by byte, as a whole. */
    static boolean accepts(TokenConstraint constraint, String text) {
        ConstraintState state = constraint.start();
        for (byte octet : text.getBytes(StandardCharsets.UTF_8)) {
            if (!state.allowed().allows(octet & 0xff)) {
                return false;
            }
            state = state.after(octet & 0xff);
        }
        return state.complete() && state.allowed().allows(END);
    }

    @Override
    public int size() {
        return END + 1;
    }

    @Override
    public byte[] bytes(int id) {
        return id < END ? new byte[] {(byte) id} : new byte[0];
    }
}
