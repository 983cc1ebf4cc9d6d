/** Spring AI's chat model on top of the engine. */
@NullMarked
package org.olmo4j.spring;

import org.jspecify.annotations.NullMarked;
