/** The engine's figures as Micrometer meters. Optional: loaded only where Micrometer is. Usable without Spring Boot. */
@NullMarked
package org.olmo4j.spring.metrics;

import org.jspecify.annotations.NullMarked;
