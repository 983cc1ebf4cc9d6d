package org.olmo4j.backend.cuda.virtual.machine;

import java.util.List;
import java.util.Map;

/**
 * A kernel ready to run: its instructions, and what its threads and blocks need.
 *
 * @param code branches hold indexes into it
 * @param registerRows how many registers, constants and special registers a thread has
 * @param predicates how many predicates a thread has
 * @param constants the rows that hold the same number in all lanes, and that number
 * @param specials the rows that hold special registers
 * @param parameters the kernel's parameters, in order
 * @param shared the variables in shared memory
 * @param dynamicSharedOffset where in shared memory the part begins whose size the launch decides
 * @param staticSharedBytes what the kernel needs of shared memory beside that part, as a real device would count it
 * @param narrowestSharedAccess the bytes of the smallest access to shared memory in the code: what a race is judged by
 * @param localBytes local memory of one thread
 * @param maximumThreads how many threads a block may have
 */
public record Kernel(
        String name,
        List<Instruction> code,
        int registerRows,
        int predicates,
        Map<Integer, Long> constants,
        Map<Integer, SpecialRegister> specials,
        List<Parameter> parameters,
        List<SharedVariable> shared,
        int dynamicSharedOffset,
        int staticSharedBytes,
        int narrowestSharedAccess,
        int localBytes,
        int maximumThreads) {

    /** A parameter: where it begins in the block of all parameters, and its size. */
    public record Parameter(String name, int offset, int bytes) {}

    /** A variable in shared memory: where it begins, and its size. */
    public record SharedVariable(String name, int offset, int bytes) {}

    public Kernel {
        code = List.copyOf(code);
        constants = Map.copyOf(constants);
        specials = Map.copyOf(specials);
        parameters = List.copyOf(parameters);
        shared = List.copyOf(shared);
    }

    /** The bytes of all parameters together. */
    public int parameterBytes() {
        return parameters.isEmpty()
                ? 0
                : parameters.getLast().offset() + parameters.getLast().bytes();
    }
}
