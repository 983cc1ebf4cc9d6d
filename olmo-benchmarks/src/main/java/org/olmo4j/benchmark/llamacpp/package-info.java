/** The benchmark programs of llama.cpp, which this project's speed is measured beside. */
@NullMarked
package org.olmo4j.benchmark.llamacpp;

import org.jspecify.annotations.NullMarked;
