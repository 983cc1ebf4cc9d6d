/** An application with its own Liquibase changelog. */
@NullMarked
package org.olmo4j.hosts.liquibase;

import org.jspecify.annotations.NullMarked;
