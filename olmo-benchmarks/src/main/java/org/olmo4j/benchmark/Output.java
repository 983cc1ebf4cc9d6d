package org.olmo4j.benchmark;

import java.io.PrintWriter;
import java.util.List;
import org.olmo4j.benchmark.measure.ResultObject;
import org.olmo4j.benchmark.measure.TextTable;
import picocli.CommandLine.Model.CommandSpec;

/**
 * Where a command writes: results to standard output, everything else to standard error.
 *
 * @param results standard output
 * @param remarks standard error
 */
record Output(PrintWriter results, PrintWriter remarks) {

    static Output of(CommandSpec command) {
        return new Output(command.commandLine().getOut(), command.commandLine().getErr());
    }

    void progress(String line) {
        remarks.println(line);
        remarks.flush();
    }

    void json(List<ResultObject> objects) {
        results.println(ResultObject.array(objects));
        results.flush();
    }

    void table(List<String> heading, TextTable table) {
        heading.forEach(results::println);
        results.println(table);
        results.flush();
    }
}
