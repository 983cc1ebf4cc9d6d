/** Stand-ins for the engine, so that what is above it is tested without a model. */
@NullMarked
package org.olmo4j.spring.testing;

import org.jspecify.annotations.NullMarked;
