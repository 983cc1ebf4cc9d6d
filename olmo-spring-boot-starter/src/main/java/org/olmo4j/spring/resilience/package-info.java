/** Protects the users of a model from each other, and all of them from a broken device, by means of Resilience4j. Needs it on the class path. */
@NullMarked
package org.olmo4j.spring.resilience;

import org.jspecify.annotations.NullMarked;
