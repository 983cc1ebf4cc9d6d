/** What the processor draws: counted where the kernel lets us, else modelled. */
@NullMarked
package org.olmo4j.backend.cpu.energy;

import org.jspecify.annotations.NullMarked;
