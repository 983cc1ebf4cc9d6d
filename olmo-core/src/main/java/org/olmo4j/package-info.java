/** The three-line start: load a model, generate, chat, score. */
@NullMarked
package org.olmo4j;

import org.jspecify.annotations.NullMarked;
