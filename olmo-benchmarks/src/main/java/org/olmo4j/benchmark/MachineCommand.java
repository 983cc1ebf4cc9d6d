package org.olmo4j.benchmark;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.olmo4j.benchmark.machine.Ceilings;
import org.olmo4j.benchmark.machine.MachineDescription;
import org.olmo4j.benchmark.measure.ResultObject;
import org.olmo4j.benchmark.measure.TextTable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Measures what the machine can do at most. */
@Command(
        name = "machine",
        description = "Measures the machine's ceilings: memory read from a mapped file, and fused multiply-adds.",
        mixinStandardHelpOptions = true)
final class MachineCommand implements Callable<Integer> {

    @Spec
    private CommandSpec command = CommandSpec.create();

    @Mixin
    private CommonOptions common = new CommonOptions();

    @Mixin
    private ThreadOptions threads = new ThreadOptions();

    @Option(
            names = "--repeats",
            paramLabel = "N",
            defaultValue = "5",
            description = "Measurements (default: ${DEFAULT-VALUE}).")
    private int repeats;

    @Option(names = "--file-size", paramLabel = "BYTES", hidden = true, defaultValue = "" + Ceilings.FILE_BYTES)
    private long fileBytes;

    @Override
    public Integer call() {
        new AllowedValues(command).atLeast(1, "--repeats", repeats);
        Output output = Output.of(command);
        MachineDescription machine = MachineDescription.read();
        List<ResultObject> objects = new ArrayList<>();
        TextTable table = new TextTable("threads", "read GB/s", "multiply-add GFLOP/s");
        for (int count : threads.counts()) {
            Ceilings ceilings = Ceilings.measure(common.workFolder(), fileBytes, count, repeats);
            table.add(
                    Integer.toString(count),
                    TextTable.spread(ceilings.readGigabytesPerSecond()),
                    TextTable.spread(ceilings.multiplyGigaflops()));
            objects.add(new ResultObject()
                    .text("processor", machine.processor())
                    .count("processors", machine.processors())
                    .count("memory_bytes", machine.memoryBytes())
                    .text("system", machine.system())
                    .text("java", machine.java())
                    .count("threads", count)
                    .spread("read_ceiling_gigabytes_per_second", ceilings.readGigabytesPerSecond())
                    .spread("multiply_ceiling_gigaflops", ceilings.multiplyGigaflops()));
        }
        if (common.json()) {
            output.json(objects);
        } else {
            output.table(Headings.of(machine), table);
        }
        return 0;
    }
}
