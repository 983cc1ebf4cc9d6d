/**
 * Runs kernels whose instructions are already decoded, as a GPU does: blocks of warps of 32 lanes in step, with divergence, barriers, shared memory and
 * the checks of a memory debugger. Knows nothing of PTX's many instructions: each is an {@link
 * org.olmo4j.backend.cuda.virtual.machine.Instruction} that acts on a {@link org.olmo4j.backend.cuda.virtual.machine.Warp}.
 */
@NullMarked
package org.olmo4j.backend.cuda.virtual.machine;

import org.jspecify.annotations.NullMarked;
