/** What the application's requests cost in joules and grams: totals, and what a user may cause on one day. */
@NullMarked
package org.olmo4j.spring.footprint;

import org.jspecify.annotations.NullMarked;
