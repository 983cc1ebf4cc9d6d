/**
 * The texts of a prompt and its answer as the prompt log keeps them: JSON documents, from which a prompt can be asked again. Knows neither encryption nor
 * database.
 */
@NullMarked
package org.olmo4j.spring.promptlog.document;

import org.jspecify.annotations.NullMarked;
