/** From the ends of generations to entries of the prompt log: what is kept of whom, redacted and encrypted, and handed to the writer. */
@NullMarked
package org.olmo4j.spring.promptlog.recording;

import org.jspecify.annotations.NullMarked;
