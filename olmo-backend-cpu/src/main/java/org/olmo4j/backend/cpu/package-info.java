/** The CPU backend: the forward pass of every OLMo family on float32 arithmetic, its KV cache and its threads. */
@NullMarked
package org.olmo4j.backend.cpu;

import org.jspecify.annotations.NullMarked;
