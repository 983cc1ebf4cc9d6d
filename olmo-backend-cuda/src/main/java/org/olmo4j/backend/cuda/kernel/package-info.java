/**
 * The kernels of the forward pass, as PTX that ships in the jar, and one Java method for each. Their source is CUDA C++ in {@code src/main/cuda}, compiled by
 * {@code ptx.sh} there.
 *
 * <p>Rows of activations and matrices lie {@code stride} elements apart, the width rounded up to a multiple of 32, and what lies between is zero: so
 * kernels load 16 bytes at a time, and products need not look where a row ends.
 */
@NullMarked
package org.olmo4j.backend.cuda.kernel;

import org.jspecify.annotations.NullMarked;
