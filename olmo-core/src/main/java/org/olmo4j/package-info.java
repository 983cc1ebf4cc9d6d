/** The start without Spring: load a model, then generate, chat, stream or score. */
@NullMarked
package org.olmo4j;

import org.jspecify.annotations.NullMarked;
