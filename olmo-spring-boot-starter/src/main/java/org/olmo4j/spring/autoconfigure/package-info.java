/**
 * What Spring Boot sets up from {@code olmo.*}: the loaded model, the chat model on it, health, and start-up errors that say what to
 * change.
 */
@NullMarked
package org.olmo4j.spring.autoconfigure;

import org.jspecify.annotations.NullMarked;
