/** Log-likelihoods of given continuations, as evaluation harnesses ask for them. */
@NullMarked
package org.olmo4j.score;

import org.jspecify.annotations.NullMarked;
