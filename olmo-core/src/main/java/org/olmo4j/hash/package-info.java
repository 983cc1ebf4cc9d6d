/** SHA-256, by which contents, prompts and keys are told apart. */
@NullMarked
package org.olmo4j.hash;

import org.jspecify.annotations.NullMarked;
