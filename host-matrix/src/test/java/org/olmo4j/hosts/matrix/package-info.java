/** Starts the applications, and compares what they are with and without the starter. */
@NullMarked
package org.olmo4j.hosts.matrix;

import org.jspecify.annotations.NullMarked;
