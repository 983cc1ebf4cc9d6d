package org.olmo4j.error;

/** A prompt, or a prompt together with what is to be generated, does not fit the model's context or the key/value cache. */
public final class ContextLengthExceededException extends InvalidRequestException {

    private static final long serialVersionUID = 1L;

    /**
     * Makes an exception.
     *
     * @param parameter the name of the parameter at fault, as the caller knows it
     * @param problem which length exceeds which bound, with both values
     * @param hint what length would be right
     */
    public ContextLengthExceededException(String parameter, String problem, String hint) {
        super(parameter, problem, hint);
    }
}
