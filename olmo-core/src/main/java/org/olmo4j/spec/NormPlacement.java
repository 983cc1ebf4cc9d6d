package org.olmo4j.spec;

/** Where the two norms of a layer stand. */
public enum NormPlacement {
    /** x += branch(norm(x)): OLMo 1, OLMoE. */
    BEFORE_BRANCH,
    /** x += norm(branch(x)): OLMo 2, OLMo 3. */
    ON_BRANCH_OUTPUT
}
