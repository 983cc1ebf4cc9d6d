/** Content that only its user's key opens. */
@NullMarked
package org.olmo4j.spring.promptlog.encryption;

import org.jspecify.annotations.NullMarked;
