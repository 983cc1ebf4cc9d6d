/**
 * Records on a local disk, from the moment when they must not be lost until a database has them: segments that are only appended to, each record
 * with its length and checksum, made durable in groups. Knows nothing of what is in a record.
 */
@NullMarked
package org.olmo4j.spring.promptlog.journal;

import org.jspecify.annotations.NullMarked;
