/** What can go wrong, as types: every exception names the problem and what to do about it. */
@NullMarked
package org.olmo4j.error;

import org.jspecify.annotations.NullMarked;
