/** What accounting for energy costs. */
@NullMarked
package org.olmo4j.benchmark.accounting;

import org.jspecify.annotations.NullMarked;
