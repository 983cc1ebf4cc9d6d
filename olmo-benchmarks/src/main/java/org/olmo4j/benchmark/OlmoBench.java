package org.olmo4j.benchmark;

import java.io.PrintWriter;
import org.olmo4j.benchmark.machine.VectorModule;
import org.olmo4j.error.OlmoException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command {@code olmo-bench}. */
@Command(
        name = "olmo-bench",
        description = "Measures OLMo models on this machine.",
        mixinStandardHelpOptions = true,
        versionProvider = OlmoBench.Version.class,
        subcommands = {LoadCommand.class, WeightsCommand.class, MachineCommand.class})
public final class OlmoBench implements Runnable {

    @Spec
    private CommandSpec spec = CommandSpec.create();

    private OlmoBench() {}

    /**
     * Runs the command and ends the JVM with its exit status: 0 for success, 1 for a measurement that failed, 2 for wrong arguments.
     *
     * @param arguments of the command line
     */
    public static void main(String[] arguments) {
        CommandLine commandLine = commandLine();
        if (!VectorModule.present()) {
            commandLine.getErr().println(VectorModule.MISSING);
        }
        System.exit(commandLine.execute(arguments));
    }

    /** The command, ready to be executed in this JVM. */
    static CommandLine commandLine() {
        return new CommandLine(new OlmoBench())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setExecutionExceptionHandler((failure, command, _) -> {
                    if (!(failure instanceof OlmoException)) {
                        throw failure;
                    }
                    PrintWriter errors = command.getErr();
                    errors.println(failure.getMessage());
                    errors.flush();
                    return CommandLine.ExitCode.SOFTWARE;
                });
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Say what to measure");
    }

    /** The version that the jar's manifest names. */
    static final class Version implements CommandLine.IVersionProvider {
        @Override
        public String[] getVersion() {
            String version = OlmoBench.class.getPackage().getImplementationVersion();
            return new String[] {"olmo-bench " + (version == null ? "(built from a checkout)" : version)};
        }
    }
}
