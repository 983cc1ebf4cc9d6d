/** Stands in for another provider's auto-configuration, whose real module would bring its client along. */
@NullMarked
package org.springframework.ai.model.ollama.autoconfigure;

import org.jspecify.annotations.NullMarked;
