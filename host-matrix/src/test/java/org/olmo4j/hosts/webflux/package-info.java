/** A reactive application. */
@NullMarked
package org.olmo4j.hosts.webflux;

import org.jspecify.annotations.NullMarked;
