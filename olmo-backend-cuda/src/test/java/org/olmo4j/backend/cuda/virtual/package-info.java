/**
 * A GPU without a GPU, for tests: a CUDA driver whose functions a binding calls as it would the real ones, and which executes the very PTX that ships.
 *
 * <pre>{@code
 * try (VirtualGpu gpu = VirtualGpu.builder().computeCapability(8, 0).memoryBytes(64 << 20).build()) {
 *     CudaDriver driver = new CudaDriver(gpu.symbols());
 *     ...
 *     assertThat(gpu.counters().launches("embed")).isEqualTo(1);
 * }
 * }</pre>
 *
 * <p>Watched are: the bounds and alignment of every access to memory, reads of memory and registers that were never written, accesses to shared memory that
 * no barrier orders, divergent and forgotten barriers, kernels without end; that a context is current, that streams are ordered by events alone, that nothing
 * is read before it was waited for, that nothing is left behind.
 *
 * <p>Not shown are: how fast anything is, races between blocks in global memory, and the last bits of what PTX calls approximate.
 */
@NullMarked
package org.olmo4j.backend.cuda.virtual;

import org.jspecify.annotations.NullMarked;
