package org.olmo4j.constraint;

/**
 * A set of texts that a finite automaton over bytes knows: strings, numbers, literals. From every state but {@link #DEAD} some text of the
 * set can be completed. Immutable; two lexicons are equal if they are the same object.
 */
interface Lexicon {

    /** No text of the set begins like this. */
    int DEAD = -1;

    /** The state before the first byte. */
    int start();

    /**
     * The state after one more byte.
     *
     * @param state 0 or more
     * @param octet 0 to 255
     * @return {@link #DEAD}, or 0 or more
     */
    int step(int state, int octet);

    /** Whether the bytes so far are a text of the set. */
    boolean accepts(int state);

    /** Whether the bytes so far are a text of the set and no longer one begins with them. */
    boolean ends(int state);

    /**
     * Whether every plain text of a length may follow, so that tokens of plain text need not be looked at one by one. Plain is what
     * {@link JsonText#plain} says.
     *
     * @param horizon length in bytes
     */
    default boolean takesPlainText(int state, int horizon) {
        return false;
    }

    /**
     * A state that allows the same continuations of a length, the same one for all states alike.
     *
     * @param horizon length in bytes
     */
    default int alike(int state, int horizon) {
        return state;
    }
}
