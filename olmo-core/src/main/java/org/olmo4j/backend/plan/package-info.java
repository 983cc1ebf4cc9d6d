/** What every backend works out before it computes: which type each matrix has, how cache memory is divided, whether a step is well-formed. */
@NullMarked
package org.olmo4j.backend.plan;

import org.jspecify.annotations.NullMarked;
