package org.olmo4j.error;

/** A request asks for something that cannot be honoured; the parameter that is to be changed is named. */
public class InvalidRequestException extends OlmoException {

    private static final long serialVersionUID = 1L;

    private final String parameter;

    /**
     * Makes an exception.
     *
     * @param parameter the name of the parameter at fault, as the caller knows it
     * @param problem what is wrong with it, with its value
     * @param hint what would be right
     */
    public InvalidRequestException(String parameter, String problem, String hint) {
        super(problem, hint, null);
        this.parameter = parameter;
    }

    /**
     * The parameter at fault.
     *
     * @return its name
     */
    public String parameter() {
        return parameter;
    }
}
