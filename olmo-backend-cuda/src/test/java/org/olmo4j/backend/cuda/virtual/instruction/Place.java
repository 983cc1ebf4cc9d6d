package org.olmo4j.backend.cuda.virtual.instruction;

import org.olmo4j.backend.cuda.virtual.ptx.StateSpace;

/**
 * Where a memory operand points: the number in a row, plus an offset.
 *
 * @param base the row; one that holds 0 if the offset is the whole address
 */
record Place(StateSpace space, int base, long offset) {}
