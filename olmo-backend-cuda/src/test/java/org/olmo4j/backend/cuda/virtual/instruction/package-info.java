/**
 * What the instructions of PTX do: turns the text's instructions into those of the {@linkplain org.olmo4j.backend.cuda.virtual.machine machine}, group by
 * group of the PTX manual's chapters.
 */
@NullMarked
package org.olmo4j.backend.cuda.virtual.instruction;

import org.jspecify.annotations.NullMarked;
