/**
 * The CUDA driver API, as far as a model needs it, bound by the FFM API: no toolkit, no JNI and no native code of ours. The driver's functions are
 * looked up in a {@link java.lang.foreign.SymbolLookup}, so that tests stand in for the driver behind the same calls.
 *
 * <p>Every call is checked, and an error names the function, CUDA's name and text for it, and a hint. After an error that has taken the context with
 * it, the driver is not called again in this process.
 *
 * @see <a href="https://docs.nvidia.com/cuda/cuda-driver-api/">CUDA Driver API</a>
 */
@NullMarked
package org.olmo4j.backend.cuda.driver;

import org.jspecify.annotations.NullMarked;
