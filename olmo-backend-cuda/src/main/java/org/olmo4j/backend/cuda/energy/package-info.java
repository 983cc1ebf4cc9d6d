/** What GPUs draw, by the counters that NVIDIA's management library reads; bound by the FFM API. */
@NullMarked
package org.olmo4j.backend.cuda.energy;

import org.jspecify.annotations.NullMarked;
