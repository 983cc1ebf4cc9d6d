package org.olmo4j.benchmark;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.olmo4j.benchmark.model.ModelChoice;
import org.olmo4j.benchmark.model.ModelShape;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Which model is measured. */
final class ModelOptions {

    @Spec(Spec.Target.MIXEE)
    private CommandSpec command = CommandSpec.create();

    @Option(
            names = "--shape",
            paramLabel = "NAME",
            description = "Random weights in this shape: tiny, 100m, olmo-1b, olmo-7b or olmo2-1b.")
    private String shape = "";

    @Option(names = "--model", paramLabel = "DIR", description = "Folder of a model.")
    private @Nullable Path model;

    @Option(
            names = "--random-weights",
            description = "With --model: only its config.json is read, and its shape gets random weights.")
    private boolean randomWeights;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "1",
            description = "Seed of random weights and prompts (default: ${DEFAULT-VALUE}).")
    private long seed;

    ModelChoice choice() {
        if (model == null) {
            require(!shape.isEmpty(), "Nothing to measure is named. Give --shape NAME or --model DIR");
            require(
                    !randomWeights,
                    "--random-weights needs the config.json of --model DIR. Give both, or --shape NAME");
            return new ModelChoice.Shape(ModelShape.of(shape), seed);
        }
        require(shape.isEmpty(), "--shape and --model exclude each other. Give one of them");
        return randomWeights ? new ModelChoice.RandomLike(model, seed) : new ModelChoice.Folder(model);
    }

    long seed() {
        return seed;
    }

    private void require(boolean condition, String message) {
        if (!condition) {
            throw new ParameterException(command.commandLine(), message);
        }
    }
}
