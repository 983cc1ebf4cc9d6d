/** A web application without a database. */
@NullMarked
package org.olmo4j.hosts.none;

import org.jspecify.annotations.NullMarked;
