/**
 * Takes out of texts what should not be stored: an interface for an application's own rules, rules that serve without any, and a guard that
 * lets no text through which was not redacted.
 */
@NullMarked
package org.olmo4j.spring.promptlog.redaction;

import org.jspecify.annotations.NullMarked;
