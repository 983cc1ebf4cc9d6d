/**
 * The way of a record from the end of a generation into the database: first the journal, so that it is not lost, then in batches the database, whenever
 * that can be had.
 */
@NullMarked
package org.olmo4j.spring.promptlog.writer;

import org.jspecify.annotations.NullMarked;
