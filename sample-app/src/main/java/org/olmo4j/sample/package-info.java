/** The sample application. */
@NullMarked
package org.olmo4j.sample;

import org.jspecify.annotations.NullMarked;
