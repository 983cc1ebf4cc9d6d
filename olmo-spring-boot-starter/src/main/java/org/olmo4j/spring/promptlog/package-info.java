/** What the prompt log keeps of a generation, and how that is written as bytes. Knows neither database nor engine. */
@NullMarked
package org.olmo4j.spring.promptlog;

import org.jspecify.annotations.NullMarked;
