/** From joules to grams of CO2 equivalents: carbon intensity, data centre overhead, embodied emissions. */
@NullMarked
package org.olmo4j.energy.carbon;

import org.jspecify.annotations.NullMarked;
