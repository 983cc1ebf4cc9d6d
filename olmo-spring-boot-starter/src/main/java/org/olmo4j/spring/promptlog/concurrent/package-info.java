/** Waiting for threads, conditions and results, with a limit, and where it must be so without an interrupt cutting it short. */
@NullMarked
package org.olmo4j.spring.promptlog.concurrent;

import org.jspecify.annotations.NullMarked;
