/**
 * A model's life inside an application: checked at start, loaded in the background, drained, reloaded and closed. Usable without Spring
 * Boot; knows nothing of the web.
 */
@NullMarked
package org.olmo4j.spring.host;

import org.jspecify.annotations.NullMarked;
