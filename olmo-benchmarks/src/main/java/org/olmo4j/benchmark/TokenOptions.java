package org.olmo4j.benchmark;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Over how many tokens prefill and decoding are measured. */
final class TokenOptions {

    @Spec(Spec.Target.MIXEE)
    private CommandSpec command = CommandSpec.create();

    @Option(
            names = "--prompt",
            paramLabel = "N",
            defaultValue = "512",
            description = "Tokens of the prompts whose prefill is measured; 0: none (default: ${DEFAULT-VALUE}).")
    private int promptTokens;

    @Option(
            names = "--generate",
            paramLabel = "N",
            defaultValue = "64",
            description = "Tokens over which decoding is measured; 0: none (default: ${DEFAULT-VALUE}).")
    private int generatedTokens;

    @Option(
            names = "--context",
            paramLabel = "N",
            defaultValue = "0",
            description = "Tokens that are there before decoding is measured (default: ${DEFAULT-VALUE}).")
    private int contextTokens;

    /** Refuses negative numbers. */
    void check() {
        AllowedValues allowed = new AllowedValues(command);
        allowed.atLeast(0, "--prompt", promptTokens);
        allowed.atLeast(0, "--generate", generatedTokens);
        allowed.atLeast(0, "--context", contextTokens);
    }

    int prompt() {
        return promptTokens;
    }

    int generated() {
        return generatedTokens;
    }

    int context() {
        return contextTokens;
    }
}
