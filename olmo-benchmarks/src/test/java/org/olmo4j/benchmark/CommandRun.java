package org.olmo4j.benchmark;

import java.io.PrintWriter;
import java.io.StringWriter;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What a run of the command in this JVM gave.
 *
 * @param status of its exit
 * @param results what it wrote to standard output
 * @param remarks what it wrote to standard error
 */
record CommandRun(int status, String results, String remarks) {

    static CommandRun of(String... arguments) {
        StringWriter results = new StringWriter();
        StringWriter remarks = new StringWriter();
        int status = OlmoBench.commandLine()
                .setOut(new PrintWriter(results))
                .setErr(new PrintWriter(remarks))
                .execute(arguments);
        return new CommandRun(status, results.toString(), remarks.toString());
    }

    JsonNode json() {
        return JsonMapper.shared().readTree(results);
    }
}
