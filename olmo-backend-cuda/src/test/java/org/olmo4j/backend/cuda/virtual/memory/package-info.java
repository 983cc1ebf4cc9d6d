/** The memory of a virtual GPU: its addresses, what is allocated, and which bytes were ever written. */
@NullMarked
package org.olmo4j.backend.cuda.virtual.memory;

import org.jspecify.annotations.NullMarked;
