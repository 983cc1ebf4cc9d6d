/** An application with two data sources, neither of which is primary. */
@NullMarked
package org.olmo4j.hosts.two;

import org.jspecify.annotations.NullMarked;
