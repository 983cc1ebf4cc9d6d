/**
 * The engine behind an HTTP API in OpenAI's form: chat completions, completions and models, for Spring MVC and WebFlux. It reads and writes
 * its JSON itself, so that it does not depend on how the host application configures its own.
 */
@NullMarked
package org.olmo4j.spring.openai;

import org.jspecify.annotations.NullMarked;
