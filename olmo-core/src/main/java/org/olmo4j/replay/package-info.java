/** Repeats a recorded generation, and says whether it came out the same. */
@NullMarked
package org.olmo4j.replay;

import org.jspecify.annotations.NullMarked;
