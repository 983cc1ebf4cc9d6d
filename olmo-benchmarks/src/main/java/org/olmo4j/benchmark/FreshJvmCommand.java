package org.olmo4j.benchmark;

import java.util.concurrent.Callable;
import org.olmo4j.benchmark.speed.FreshJvm;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** The inner side of a measurement in a JVM of its own; not for people. */
@Command(name = FreshJvmCommand.NAME, hidden = true)
final class FreshJvmCommand implements Callable<Integer> {

    static final String NAME = "measure-in-fresh-jvm";

    @Spec
    private CommandSpec command = CommandSpec.create();

    @Override
    @SuppressWarnings("SystemOut") // The report is bytes for another program, and nothing else is on that stream.
    public Integer call() {
        FreshJvm.serve(System.in, System.out, Output.of(command)::progress);
        return 0;
    }
}
