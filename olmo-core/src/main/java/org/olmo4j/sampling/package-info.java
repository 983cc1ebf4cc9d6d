/** From logits to a token: options, the order of the transformations, and reproducible random numbers. */
@NullMarked
package org.olmo4j.sampling;

import org.jspecify.annotations.NullMarked;
