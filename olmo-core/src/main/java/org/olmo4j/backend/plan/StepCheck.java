package org.olmo4j.backend.plan;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import org.olmo4j.backend.CacheLayout;
import org.olmo4j.backend.LoadOptions;
import org.olmo4j.backend.OutputRequest;
import org.olmo4j.backend.Step;
import org.olmo4j.spec.OlmoSpec;

/**
 * Refuses malformed steps before anything is allocated or computed for them.
 *
 * @param spec of the model
 * @param options bounds of a step
 * @param layout of its cache
 */
public record StepCheck(OlmoSpec spec, LoadOptions options, CacheLayout layout) {

    /**
     * Checks a whole step.
     *
     * @param step to run
     * @return the token ids of each row
     * @throws IllegalArgumentException saying what is malformed
     */
    public List<int[]> tokens(Step step) {
        require(!step.rows().isEmpty(), "A step without rows");
        require(
                step.rows().size() <= options.maxStepRows(),
                "A step of " + step.rows().size() + " rows");
        List<int[]> rowIds = new ArrayList<>();
        int tokens = 0;
        long logitRows = 0;
        for (Step.Row row : step.rows()) {
            int[] ids = ids(row);
            checkOutput(row.output(), ids.length);
            checkBlocks(row);
            rowIds.add(ids);
            tokens += ids.length;
            logitRows += row.output() instanceof OutputRequest.Logits ? 1 : 0;
        }
        require(tokens <= options.maxStepTokens(), "A step of " + tokens + " tokens");
        require(
                step.logits().byteSize() >= logitRows * spec.vocabularySize() * Float.BYTES,
                "A buffer of " + step.logits().byteSize() + " bytes for the logits of " + logitRows + " rows");
        return rowIds;
    }

    /**
     * The first logical block that a row reads.
     *
     * @param row of a step
     * @param group of the cache
     * @return index in the row's block table
     */
    public static int firstBlock(Step.Row row, CacheLayout.Group group) {
        OptionalInt window = group.window();
        int first = window.isPresent() ? Math.max(0, row.startPosition() - window.getAsInt() + 1) : 0;
        return first / group.blockTokens();
    }

    /**
     * The last logical block that a row reads and writes.
     *
     * @param row of a step
     * @param group of the cache
     * @return index in the row's block table
     */
    public static int lastBlock(Step.Row row, CacheLayout.Group group) {
        return lastPosition(row) / group.blockTokens();
    }

    private static int lastPosition(Step.Row row) {
        return row.startPosition() + row.tokens().count() - 1;
    }

    private int[] ids(Step.Row row) {
        int[] ids = switch (row.tokens()) {
            case Step.RowTokens.Known(int[] known) -> known;
            case Step.RowTokens.SampledBy sampled ->
                throw new IllegalArgumentException("This backend does not sample: " + sampled);
        };
        require(ids.length > 0, "A row without tokens");
        for (int id : ids) {
            require(id >= 0 && id < spec.vocabularySize(), "Token id " + id);
        }
        return ids;
    }

    private void checkOutput(OutputRequest output, int tokens) {
        if (output instanceof OutputRequest.TokenLogProbabilities(int[] targets, int top)) {
            require(targets.length == tokens, targets.length + " targets for " + tokens + " tokens");
            for (int target : targets) {
                require(target >= 0 && target < spec.vocabularySize(), "Target id " + target);
            }
            require(top >= 0, "top " + top);
        }
        require(!(output instanceof OutputRequest.Sample), "This backend does not sample");
    }

    private void checkBlocks(Step.Row row) {
        List<CacheLayout.Group> groups = layout.groups();
        require(row.startPosition() >= 0, "Start position " + row.startPosition());
        require(row.blockTables().size() == groups.size(), row.blockTables().size() + " block tables");
        for (int index = 0; index < groups.size(); index++) {
            CacheLayout.Group group = groups.get(index);
            int[] table = row.blockTables().get(index);
            int last = lastBlock(row, group);
            require(
                    table.length > last,
                    "A block table of " + table.length + " blocks for position " + lastPosition(row));
            for (int block = firstBlock(row, group); block <= last; block++) {
                require(
                        table[block] >= 0 && table[block] < group.blockCount(),
                        "Block id " + table[block] + " for logical block " + block + " of group " + index);
            }
        }
    }

    private static void require(boolean condition, String what) {
        if (!condition) {
            throw new IllegalArgumentException("Malformed step: " + what);
        }
    }
}
