/**
 * The inner loops, once in plain Java and once with the Vector API, bit for bit equal.
 *
 * <h2>Numeric contract, version 1</h2>
 *
 * <p>Every result is a function of the operands alone: never of the lane width, the number of threads, the batch or the chunk of a
 * prompt. That makes an answer reproducible, and it makes tests of kernels tests of equality.
 *
 * <ul>
 *   <li>A dot product over K runs in {@value org.olmo4j.backend.cpu.kernel.Contract#LANES} logical lanes. K is padded with zeros to whole
 *       blocks of {@value org.olmo4j.backend.cpu.kernel.Contract#BLOCK} elements. In order of ascending k, {@code lane = fma(x, w, lane)}.
 *   <li>F32, F16 and INT8 weights: element k belongs to lane k mod 16. BF16 weights: element k belongs to lane (k / 2) mod 16, since one 32-bit
 *       load brings two neighbours that are widened by a shift and a mask. F16 and BF16 weights, and INT8 weights times their scale, are exact in
 *       binary32.
 *   <li>The lanes are summed by a fixed tree: lane i + lane i + 8, then + 4, + 2, + 1. K is never split between threads.
 *   <li>INT4 weights meet inputs quantized by {@link org.olmo4j.quantization.Int8Input}. The products of a block of 32 are summed exactly, as
 *       integers; in order of ascending blocks, {@code sum = fma(products, weight scale * input scale, sum)}.
 *   <li>Attention runs in tiles of one KV block, aligned to absolute positions: scores, their maximum, the exponentials of the differences,
 *       their sum over 16 lanes and the tree, the weighted sum of the values in order of positions. Tiles are merged in order. BF16 keys and
 *       values are computed with as if they were widened.
 *   <li>exp is {@link org.olmo4j.backend.cpu.kernel.Contract#exp}: the transcendentals of the Vector API and {@code reduceLanes} differ
 *       between interpreter, compiler and widths.
 * </ul>
 */
@NullMarked
package org.olmo4j.backend.cpu.kernel;

import org.jspecify.annotations.NullMarked;
