package org.olmo4j.benchmark;

import java.util.List;
import org.olmo4j.benchmark.machine.MachineDescription;
import org.olmo4j.benchmark.measure.TextTable;

/** What stands above a table: on what it was measured. */
final class Headings {

    private Headings() {}

    static List<String> of(MachineDescription machine) {
        return List.of(
                machine.processor() + ", " + machine.processors() + " processors, "
                        + TextTable.bytes(machine.memoryBytes()) + " memory, " + machine.system(),
                machine.java(),
                "");
    }
}
