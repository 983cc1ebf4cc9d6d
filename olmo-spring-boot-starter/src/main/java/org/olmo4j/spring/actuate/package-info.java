/** What operations people see of a model through Spring Boot's actuator. Optional: loaded only where the actuator is. */
@NullMarked
package org.olmo4j.spring.actuate;

import org.jspecify.annotations.NullMarked;
