/** What narrower weights do to a model's predictions. */
@NullMarked
package org.olmo4j.benchmark.quality;

import org.jspecify.annotations.NullMarked;
