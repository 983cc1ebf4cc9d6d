/** How much energy or carbon a user may cause on one day. */
@NullMarked
package org.olmo4j.energy.budget;

import org.jspecify.annotations.NullMarked;
