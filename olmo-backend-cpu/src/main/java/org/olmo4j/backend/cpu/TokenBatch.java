package org.olmo4j.backend.cpu;

import java.util.ArrayList;
import java.util.List;
import org.olmo4j.backend.Step;

/**
 * The tokens of a step in one line, row after row.
 *
 * @param ids token ids
 * @param positions of each token in its sequence
 * @param blockTables of each token's row
 */
record TokenBatch(int[] ids, int[] positions, List<List<int[]>> blockTables) {

    static TokenBatch of(List<Step.Row> rows, List<int[]> rowIds) {
        int count = rowIds.stream().mapToInt(ids -> ids.length).sum();
        int[] ids = new int[count];
        int[] positions = new int[count];
        List<List<int[]>> tables = new ArrayList<>(count);
        int token = 0;
        for (int row = 0; row < rows.size(); row++) {
            for (int i = 0; i < rowIds.get(row).length; i++, token++) {
                ids[token] = rowIds.get(row)[i];
                positions[token] = rows.get(row).startPosition() + i;
                tables.add(rows.get(row).blockTables());
            }
        }
        return new TokenBatch(ids, positions, tables);
    }

    int size() {
        return ids.length;
    }
}
