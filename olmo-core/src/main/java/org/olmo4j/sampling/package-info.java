/**
 * From logits to a token: options, the order of the transformations, reproducible random numbers, and log-probabilities. Everything is
 * computed with plain arithmetic and {@link java.lang.StrictMath}, so equal inputs give equal bits on every machine.
 */
@NullMarked
package org.olmo4j.sampling;

import org.jspecify.annotations.NullMarked;
