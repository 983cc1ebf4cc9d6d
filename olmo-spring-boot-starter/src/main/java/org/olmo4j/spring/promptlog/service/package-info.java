/** Puts the rooms of the prompt log together, opens them in the right order and closes them in the reverse one. Needs no Boot. */
@NullMarked
package org.olmo4j.spring.promptlog.service;

import org.jspecify.annotations.NullMarked;
