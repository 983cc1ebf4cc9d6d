/** The CPU backend: kernels in the Vector API, and scalar kernels as their fall-back and reference. */
@NullMarked
package org.olmo4j.backend.cpu;

import org.jspecify.annotations.NullMarked;
