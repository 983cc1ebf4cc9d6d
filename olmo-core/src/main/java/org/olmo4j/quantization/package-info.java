/** The number formats that weights, inputs and caches are narrowed to, the same for every backend: how a format is laid out in memory is its own matter. */
@NullMarked
package org.olmo4j.quantization;

import org.jspecify.annotations.NullMarked;
