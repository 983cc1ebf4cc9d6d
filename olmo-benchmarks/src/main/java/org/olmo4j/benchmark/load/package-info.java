/** Many callers at once on one engine. */
@NullMarked
package org.olmo4j.benchmark.load;

import org.jspecify.annotations.NullMarked;
