/** The backend SPI: what computes steps of a model on a device, and how it is found. */
@NullMarked
package org.olmo4j.backend;

import org.jspecify.annotations.NullMarked;
