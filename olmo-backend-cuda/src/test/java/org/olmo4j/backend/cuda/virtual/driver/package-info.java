/**
 * A CUDA driver and an NVML without a GPU: the functions of the C interfaces as native function pointers, which a binding finds by name and calls as it
 * would call the real ones. Work is queued and only done when somebody waits for it, so that a missing wait shows.
 */
@NullMarked
package org.olmo4j.backend.cuda.virtual.driver;

import org.jspecify.annotations.NullMarked;
