package org.olmo4j.benchmark;

import java.nio.file.Path;
import picocli.CommandLine.Option;

/** Options of all measurements. */
final class CommonOptions {

    @Option(
            names = "--work",
            paramLabel = "DIR",
            defaultValue = "${sys:java.io.tmpdir}/olmo-bench",
            description = "Folder for random weights and the file of the read ceiling; kept between runs (default:"
                    + " ${DEFAULT-VALUE}).")
    private Path workFolder = Path.of("olmo-bench");

    @Option(names = "--json", description = "Write an array of JSON objects instead of a table.")
    private boolean json;

    Path workFolder() {
        return workFolder;
    }

    boolean json() {
        return json;
    }
}
