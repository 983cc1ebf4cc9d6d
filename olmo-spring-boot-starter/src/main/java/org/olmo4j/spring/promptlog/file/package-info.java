/** Files and folders that only the user who runs the application can read, and which are durable when that is said. */
@NullMarked
package org.olmo4j.spring.promptlog.file;

import org.jspecify.annotations.NullMarked;
