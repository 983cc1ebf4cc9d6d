package org.olmo4j.constraint;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.olmo4j.sampling.TokenMask;

/**
 * How far an answer has come that is held to a schema. A text may have several readings, as long as alternatives have not parted; at most
 * 128 are followed, so that of a very ambiguous schema some continuations may be left out. What is allowed always leads to a conforming
 * text. Immutable; thread-safe.
 */
public final class ConstraintState {

    private final TokenConstraints constraints;
    private final List<Position> positions;
    private final boolean atStart;

    ConstraintState(TokenConstraints constraints, List<Position> positions, boolean atStart) {
        this.constraints = constraints;
        this.positions = positions;
        this.atStart = atStart;
    }

    /**
     * The tokens that may follow: those after which a conforming text can still be completed, and the end of text if the text is complete.
     * The first call for a state takes up to some milliseconds, later ones a lookup.
     *
     * @return never empty, unless the text is {@linkplain #exhausted() exhausted} and there is no token for its end
     */
    public TokenMask allowed() {
        TokenMask mask = null;
        for (Position position : positions) {
            TokenMask following = constraints.following(position, atStart);
            mask = mask == null ? following : mask.or(following);
        }
        if (mask == null) {
            throw new IllegalStateException("a state without positions");
        }
        return complete() ? mask.or(constraints.ends()) : mask;
    }

    /**
     * The state after a token.
     *
     * @param id a token of {@link #allowed()} that is no end of text
     * @return the next state
     * @throws IllegalArgumentException if the token may not follow
     */
    public ConstraintState after(int id) {
        Set<Position> next = following(id);
        if (next.isEmpty()) {
            throw new IllegalArgumentException("Token " + id + " may not follow");
        }
        List<Position> kept = new ArrayList<>(next);
        if (kept.size() > Position.MAX_READINGS) {
            kept = kept.subList(0, Position.MAX_READINGS);
        }
        return new ConstraintState(constraints, List.copyOf(kept), false);
    }

    /** The positions after a token, each reading followed by itself; none if it may not follow. */
    Set<Position> following(int id) {
        byte[] bytes = constraints.bytes(id, atStart);
        Set<Position> next = new LinkedHashSet<>();
        if (bytes.length > 0) {
            positions.forEach(position -> next.addAll(position.after(bytes)));
        }
        return next;
    }

    /**
     * Whether the text so far conforms, so that it may end.
     *
     * @return true for a whole JSON value
     */
    public boolean complete() {
        return positions.stream().anyMatch(Position::complete);
    }

    /**
     * Whether the text is complete and nothing but its end can follow.
     *
     * @return false for a number at the root that may have more digits, say
     */
    public boolean exhausted() {
        return positions.stream()
                .allMatch(position -> position instanceof Position.Behind(@Nullable Frame frame) && frame == null);
    }
}
