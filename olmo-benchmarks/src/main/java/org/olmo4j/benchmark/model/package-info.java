/** The models to measure: published shapes with random weights, or a folder, and what a token costs them. */
@NullMarked
package org.olmo4j.benchmark.model;

import org.jspecify.annotations.NullMarked;
