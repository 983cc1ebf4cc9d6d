package org.olmo4j.benchmark;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/**
 * Refuses values that nothing can be measured with: which option, its value, what is allowed.
 *
 * @param command whose options they are
 */
record AllowedValues(CommandSpec command) {

    /**
     * Refuses a value, unless it is allowed.
     *
     * @param allowed whether it is
     * @param option its name
     * @param value of the option
     * @param range what is allowed
     */
    void require(boolean allowed, String option, Object value, String range) {
        if (!allowed) {
            throw new ParameterException(command.commandLine(), option + " is " + value + ". Allowed: " + range);
        }
    }

    /**
     * Refuses a number below the least.
     *
     * @param option its name
     * @param value of the option
     * @param least that is allowed
     */
    void atLeast(int least, String option, int value) {
        require(value >= least, option, value, least + " or more");
    }
}
