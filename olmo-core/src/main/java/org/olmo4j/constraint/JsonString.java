package org.olmo4j.constraint;

/**
 * JSON strings of a number of characters (code points). The characters so far are counted in the state, so that a limit costs no table; they
 * are counted no further than they matter.
 */
final class JsonString implements Lexicon {

    /** Longest string that is counted; no answer comes near it. */
    static final int MAX_LENGTH = (1 << 24) - 1;

    private static final int BITS = 5;
    private static final int INNER = (1 << BITS) - 1;
    private static final int OPENING = INNER;

    private final int minimum;
    private final int maximum;
    private final boolean unlimited;

    /**
     * Strings of a length.
     *
     * @param minimum 0 to {@link #MAX_LENGTH}
     * @param maximum at least as much; {@link #MAX_LENGTH} or more counts as unlimited
     */
    JsonString(int minimum, int maximum) {
        this.minimum = minimum;
        this.unlimited = maximum >= MAX_LENGTH;
        this.maximum = Math.min(maximum, MAX_LENGTH);
    }

    /** Whether these are all strings. */
    boolean any() {
        return unlimited && minimum == 0;
    }

    static ByteClasses byteClasses() {
        return JsonText.byteClasses();
    }

    @Override
    public int start() {
        return OPENING;
    }

    @Override
    public int step(int state, int octet) {
        int inner = state & INNER;
        int count = state >> BITS;
        if (inner == OPENING) {
            return octet == '"' ? JsonText.TEXT : DEAD;
        }
        int next = JsonText.step(inner, octet);
        if (inner != JsonText.TEXT || next == DEAD) {
            return next == DEAD ? DEAD : count << BITS | next;
        }
        if (next == JsonText.CLOSED) {
            return count < minimum ? DEAD : JsonText.CLOSED;
        }
        if (count == maximum && !unlimited) {
            return DEAD;
        }
        int most = unlimited ? minimum : maximum;
        return Math.min(count + 1, most) << BITS | next;
    }

    @Override
    public boolean accepts(int state) {
        return state == JsonText.CLOSED;
    }

    @Override
    public boolean ends(int state) {
        return state == JsonText.CLOSED;
    }

    @Override
    public boolean takesPlainText(int state, int horizon) {
        return (state & INNER) == JsonText.TEXT && (unlimited || maximum - (state >> BITS) >= horizon);
    }

    @Override
    public int alike(int state, int horizon) {
        int count = state >> BITS;
        if (state == JsonText.CLOSED || (!unlimited && maximum - count <= horizon)) {
            return state;
        }
        if (count >= minimum) {
            return minimum << BITS | (state & INNER);
        }
        boolean farFromMinimum = minimum - count > horizon;
        return farFromMinimum ? state & INNER : state;
    }
}
