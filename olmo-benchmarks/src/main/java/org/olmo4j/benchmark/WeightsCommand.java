package org.olmo4j.benchmark;

import java.util.List;
import java.util.concurrent.Callable;
import org.olmo4j.benchmark.measure.ResultObject;
import org.olmo4j.benchmark.measure.TextTable;
import org.olmo4j.benchmark.model.ModelChoice;
import org.olmo4j.benchmark.model.ModelShape;
import org.olmo4j.benchmark.model.PreparedModel;
import org.olmo4j.benchmark.model.TokenCost;
import org.olmo4j.benchmark.model.WeightFormat;
import org.olmo4j.checkpoint.Checkpoint;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Writes a checkpoint of random weights, for measurements to come or for another program. */
@Command(
        name = "weights",
        description = "Writes a checkpoint of seeded random weights and says where it is.",
        mixinStandardHelpOptions = true)
final class WeightsCommand implements Callable<Integer> {

    @Spec
    private CommandSpec command = CommandSpec.create();

    @Mixin
    private CommonOptions common = new CommonOptions();

    @Option(
            names = "--shape",
            paramLabel = "NAME",
            required = true,
            description = "tiny, 100m, olmo-1b, olmo-7b or olmo2-1b.")
    private String shape = "";

    @Option(
            names = "--weights",
            paramLabel = "TYPE",
            defaultValue = "bf16",
            description = "f32, f16 or bf16 (default: ${DEFAULT-VALUE}).")
    private String weights = "";

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "1",
            description = "Seed of the weights (default: ${DEFAULT-VALUE}).")
    private long seed;

    @Override
    public Integer call() {
        Output output = Output.of(command);
        PreparedModel model = new ModelChoice.Shape(ModelShape.of(shape), seed)
                .prepare(WeightFormat.of(weights), common.workFolder(), 1);
        try (Checkpoint checkpoint = model.open()) {
            long parameters = TokenCost.of(checkpoint.spec()).parameters();
            if (common.json()) {
                output.json(List.of(new ResultObject()
                        .text("shape", model.name())
                        .text("weights", model.format().label())
                        .text("folder", model.folder().toString())
                        .count("parameters", parameters)
                        .count("weight_bytes", checkpoint.weightBytes())
                        .flag("written", model.written())));
            } else {
                TextTable table = new TextTable("shape", "weights", "parameters", "bytes", "folder");
                table.add(
                        model.name(),
                        model.format().label(),
                        TextTable.number(parameters / 1e6) + " million",
                        TextTable.bytes(checkpoint.weightBytes()),
                        model.folder().toString());
                output.table(List.of(), table);
            }
        }
        return 0;
    }
}
