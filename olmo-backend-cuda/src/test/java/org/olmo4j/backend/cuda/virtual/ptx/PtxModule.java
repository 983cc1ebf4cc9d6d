package org.olmo4j.backend.cuda.virtual.ptx;

import java.util.List;

/**
 * A source file.
 *
 * @param version of PTX, as 10 times the major plus the minor version: 78 for 7.8
 * @param target the compute capability it is for, in the same way: 80 for {@code sm_80}
 * @param targetFeatures the letter behind the target, {@code a} in {@code sm_90a}; usually empty
 */
public record PtxModule(
        int version, int target, String targetFeatures, List<Variable> variables, List<PtxFunction> functions) {

    public PtxModule {
        variables = List.copyOf(variables);
        functions = List.copyOf(functions);
    }

    /**
     * Reads a source.
     *
     * @throws PtxSyntaxException naming the line
     */
    public static PtxModule parse(String source) {
        return new PtxParser(source).module();
    }
}
