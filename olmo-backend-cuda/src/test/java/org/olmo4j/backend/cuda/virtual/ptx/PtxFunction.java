package org.olmo4j.backend.cuda.virtual.ptx;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A kernel or a function.
 *
 * @param entry whether it is a kernel
 * @param parameters in order
 * @param results of a function, in order
 * @param registers type by name, of all scopes: a name that is declared in several scopes is made unique
 * @param variables declared within, of all scopes, unique in the same way
 * @param body the instructions; null for a function that is only declared
 * @param labels the index into the body that each label stands before
 * @param branchTargets by the name of the list, the labels that {@code brx.idx} chooses from
 * @param maximumThreads what {@code .maxntid} allows a block to have, or {@code .reqntid} requires; empty if nothing is said
 * @param threadsRequired whether a block must have exactly that shape
 */
public record PtxFunction(
        String name,
        boolean entry,
        List<Variable> parameters,
        List<Variable> results,
        Map<String, PtxType> registers,
        List<Variable> variables,
        @Nullable List<PtxInstruction> body,
        Map<String, Integer> labels,
        Map<String, List<String>> branchTargets,
        List<Integer> maximumThreads,
        boolean threadsRequired,
        int line) {

    public PtxFunction {
        parameters = List.copyOf(parameters);
        results = List.copyOf(results);
        registers = Collections.unmodifiableMap(new LinkedHashMap<>(registers));
        variables = List.copyOf(variables);
        body = body == null ? null : List.copyOf(body);
        labels = Map.copyOf(labels);
        branchTargets = Map.copyOf(branchTargets);
        maximumThreads = List.copyOf(maximumThreads);
    }
}
