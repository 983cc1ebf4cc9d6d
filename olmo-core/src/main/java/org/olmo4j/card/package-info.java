/** The published facts of OLMo releases, each with its source. */
@NullMarked
package org.olmo4j.card;

import org.jspecify.annotations.NullMarked;
