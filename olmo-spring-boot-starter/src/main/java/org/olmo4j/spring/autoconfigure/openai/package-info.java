/** Auto-configuration of the OpenAI-compatible API. */
@NullMarked
package org.olmo4j.spring.autoconfigure.openai;

import org.jspecify.annotations.NullMarked;
