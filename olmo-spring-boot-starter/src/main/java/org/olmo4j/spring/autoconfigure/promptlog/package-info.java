/** Puts the prompt log together from the keys under {@code olmo.log}. */
@NullMarked
package org.olmo4j.spring.autoconfigure.promptlog;

import org.jspecify.annotations.NullMarked;
