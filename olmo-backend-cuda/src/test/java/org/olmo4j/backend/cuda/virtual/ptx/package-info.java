/**
 * PTX assembly as text, and what it says: modules, their variables and functions, and the functions' instructions. Knows the grammar, not what an
 * instruction does.
 *
 * @see <a href="https://docs.nvidia.com/cuda/parallel-thread-execution/">PTX ISA</a>
 */
@NullMarked
package org.olmo4j.backend.cuda.virtual.ptx;

import org.jspecify.annotations.NullMarked;
