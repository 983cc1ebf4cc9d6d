package org.olmo4j.checkpoint;

import java.lang.foreign.MemorySegment;

/**
 * A vector or row-major matrix of a checkpoint, without a copy: the data is the mapped file itself.
 *
 * @param name its name on disk, for messages
 * @param type element type
 * @param rows number of rows; 1 for a vector
 * @param columns elements of a row
 * @param data rows x columns elements, little-endian, read-only; valid until the checkpoint is closed. A file may put it at any
 *     address, also one that is no multiple of the element size: read it with unaligned layouts
 */
public record Tensor(String name, TensorType type, int rows, int columns, MemorySegment data) {}
