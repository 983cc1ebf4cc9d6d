/** The kernels of the CPU backend, one by one, under JMH. */
@NullMarked
package org.olmo4j.benchmark.kernel;

import org.jspecify.annotations.NullMarked;
