/** An application with H2's console and an embedded database that Boot makes for it. */
@NullMarked
package org.olmo4j.hosts.h2;

import org.jspecify.annotations.NullMarked;
