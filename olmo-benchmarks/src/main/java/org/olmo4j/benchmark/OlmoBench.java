package org.olmo4j.benchmark;

import java.io.PrintWriter;
import org.olmo4j.benchmark.machine.VectorModule;
import org.olmo4j.error.OlmoException;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** The command {@code olmo-bench}. */
public final class OlmoBench {

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
        return new CommandLine(new SpeedCommand())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setParameterExceptionHandler((failure, _) -> refuse(failure))
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

    /** What is wrong, and where to read more: the list of all options would push it off the screen. */
    private static int refuse(ParameterException failure) {
        CommandLine command = failure.getCommandLine();
        PrintWriter errors = command.getErr();
        errors.println(failure.getMessage());
        UnmatchedArgumentException.printSuggestions(failure, errors);
        errors.println("All options: " + command.getCommandSpec().qualifiedName() + " --help");
        errors.flush();
        return CommandLine.ExitCode.USAGE;
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
