package org.olmo4j.benchmark;

import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** How many threads compute. */
final class ThreadOptions {

    private static final int MOST = 1024;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec command = CommandSpec.create();

    private List<Integer> counts = new ArrayList<>();

    @Option(
            names = "--threads",
            paramLabel = "N",
            split = ",",
            description = "Compute threads, or several numbers to measure in turn (default: one for each processor).")
    void setCounts(List<Integer> values) {
        AllowedValues allowed = new AllowedValues(command);
        values.forEach(value -> allowed.require(value >= 1 && value <= MOST, "--threads", value, "1 to " + MOST));
        counts = values;
    }

    List<Integer> counts() {
        return counts.isEmpty() ? List.of(Runtime.getRuntime().availableProcessors()) : counts;
    }
}
