package org.olmo4j.checkpoint;

/**
 * A tensor, and where its bytes are.
 *
 * @param tensor it
 * @param file that holds it
 * @param begin its first byte, from the start of the file's data
 */
record PlacedTensor(Tensor tensor, SafetensorsFile file, long begin) {}
