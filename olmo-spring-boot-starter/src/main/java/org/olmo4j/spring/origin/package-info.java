/** Who asks, and in what trace and conversation: found where a request enters, for the records that are kept of it. */
@NullMarked
package org.olmo4j.spring.origin;

import org.jspecify.annotations.NullMarked;
