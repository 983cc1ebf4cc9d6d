/** What the machine can do at most: memory read from a mapped file, multiplications, and its description. */
@NullMarked
package org.olmo4j.benchmark.machine;

import org.jspecify.annotations.NullMarked;
