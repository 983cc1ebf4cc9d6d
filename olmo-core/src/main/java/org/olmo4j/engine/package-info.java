/** Many callers on one model: admission, the step loop, stopping, and the events a caller sees. */
@NullMarked
package org.olmo4j.engine;

import org.jspecify.annotations.NullMarked;
