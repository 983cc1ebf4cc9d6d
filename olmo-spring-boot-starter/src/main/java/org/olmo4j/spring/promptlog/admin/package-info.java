/** What administrators do with the prompt log: find, read, export, replay and erase, each of which is itself put on record. */
@NullMarked
package org.olmo4j.spring.promptlog.admin;

import org.jspecify.annotations.NullMarked;
