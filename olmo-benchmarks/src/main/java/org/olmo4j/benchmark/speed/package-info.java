/** Prefill, decoding, memory and start of one model at a time. */
@NullMarked
package org.olmo4j.benchmark.speed;

import org.jspecify.annotations.NullMarked;
