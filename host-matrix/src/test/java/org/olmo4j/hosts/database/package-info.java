/** Shows the tables of an application, to compare them. */
@NullMarked
package org.olmo4j.hosts.database;

import org.jspecify.annotations.NullMarked;
