/** Strict reading of the small JSON files beside the weights: every error names file, key, value and what is allowed. */
@NullMarked
package org.olmo4j.json;

import org.jspecify.annotations.NullMarked;
