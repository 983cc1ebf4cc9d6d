/** An application with its own entities, repository and Flyway migration. */
@NullMarked
package org.olmo4j.hosts.jpa;

import org.jspecify.annotations.NullMarked;
