/** Weights as files: safetensors, mapped or copied off-heap, validated against the spec before anything is computed. */
@NullMarked
package org.olmo4j.checkpoint;

import org.jspecify.annotations.NullMarked;
