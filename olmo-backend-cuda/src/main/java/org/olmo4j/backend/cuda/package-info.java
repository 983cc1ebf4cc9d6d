/** Models on NVIDIA GPUs: what the engine asks of a backend, done with kernels that ship as PTX in the jar. */
@NullMarked
package org.olmo4j.backend.cuda;

import org.jspecify.annotations.NullMarked;
