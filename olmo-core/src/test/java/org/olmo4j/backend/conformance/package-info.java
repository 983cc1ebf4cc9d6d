/**
 * What every backend is tested with: published reference values, a plain forward pass in double, seeded random models, and a driver of steps that shuffles
 * KV blocks. The backends' modules take it from this module's test jar.
 */
@NullMarked
package org.olmo4j.backend.conformance;

import org.jspecify.annotations.NullMarked;
