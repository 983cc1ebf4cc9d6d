/** What the engine did and what meters said, from which energy is attributed to requests. */
@NullMarked
package org.olmo4j.energy;

import org.jspecify.annotations.NullMarked;
