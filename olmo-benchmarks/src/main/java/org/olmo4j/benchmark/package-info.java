/** The command line: what to measure, and how the results are shown. */
@NullMarked
package org.olmo4j.benchmark;

import org.jspecify.annotations.NullMarked;
