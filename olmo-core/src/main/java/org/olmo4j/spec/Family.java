package org.olmo4j.spec;

/** The OLMo families, by the {@code model_type} of their config.json. */
public enum Family {
    /** OLMo 1 (1B, 7B, 7B Twin 2T, 0424, 0724): {@code olmo}, {@code hf_olmo}. */
    OLMO,
    /** OLMo 2: {@code olmo2}, {@code olmo_1124}. */
    OLMO2,
    /** OLMo 3: {@code olmo3}. */
    OLMO3,
    /** OLMoE: {@code olmoe}. */
    OLMOE
}
