@NullMarked
package org.olmo4j.spring.actuate;

import org.jspecify.annotations.NullMarked;
