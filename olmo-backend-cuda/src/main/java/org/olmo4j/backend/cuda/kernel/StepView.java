package org.olmo4j.backend.cuda.kernel;

/**
 * Where kernels find what the tokens of a step are. All addresses are those of arrays of {@code int}.
 *
 * @param tokens how many
 * @param ids of each token
 * @param positions of each token in its sequence
 * @param sequences which of the step's rows a token belongs to
 */
public record StepView(int tokens, long ids, long positions, long sequences) {

    /**
     * Block tables of one cache group.
     *
     * @param address of the first row's table
     * @param stride entries from one table to the next
     */
    public record Tables(long address, int stride) {}
}
