/**
 * Holds an answer to a JSON schema: a schema becomes an automaton over bytes, and the automaton says after each token which tokens may follow.
 * The automaton is independent of the vocabulary, and its states are values, so that the set of tokens for a state is computed once.
 */
@NullMarked
package org.olmo4j.constraint;

import org.jspecify.annotations.NullMarked;
