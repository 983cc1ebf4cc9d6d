package org.olmo4j.backend.cuda;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import org.olmo4j.backend.LoadOptions;
import org.olmo4j.backend.Step;
import org.olmo4j.backend.cuda.driver.Stream;
import org.olmo4j.backend.cuda.kernel.CacheView;
import org.olmo4j.backend.cuda.kernel.StepView;
import org.olmo4j.spec.OlmoSpec;

/** Where a step's tokens, positions and block tables are written for the GPU: one copy for all of them. On its context's thread. */
final class StepInputs {

    private final GpuMemory memory;
    private final Staging staging;
    private final int groups;

    /**
     * Uses memory on both sides, of {@link #bytes} each.
     *
     * @param memory on the GPU
     * @param staging pinned
     * @param groups of the cache
     */
    StepInputs(GpuMemory memory, Staging staging, int groups) {
        this.memory = memory;
        this.staging = staging;
        this.groups = groups;
    }

    /**
     * The memory that it takes, on the GPU and pinned.
     *
     * @param spec of the model
     * @param options bounds of a step
     * @param groups of the cache
     * @return bytes
     */
    static long bytes(OlmoSpec spec, LoadOptions options, int groups) {
        long table = (spec.contextLength() + CacheView.BLOCK_TOKENS - 1L) / CacheView.BLOCK_TOKENS;
        // Ids, positions, sequences and rows for logits; then the tables.
        long numbers = 4L * options.maxStepTokens() + table * options.maxStepRows() * groups;
        return numbers * Integer.BYTES;
    }

    /** Writes ints one after another. */
    private final class Writer {
        private final MemorySegment target = staging.segment();
        private long count;

        void write(int value) {
            target.setAtIndex(ValueLayout.JAVA_INT, count++, value);
        }

        long address() {
            return memory.address(count * Integer.BYTES);
        }
    }

    /**
     * What the GPU is told of a step.
     *
     * @param step its tokens and tables
     * @param logitRows address of the indices of tokens whose logits are wanted, in order
     */
    record Uploaded(ForwardPass.DeviceStep step, long logitRows) {}

    /**
     * Writes a step and queues its copy.
     *
     * @param stream on which
     * @param rows of the step
     * @param rowIds token ids of each row
     * @param logitTokens indices of the tokens whose logits are wanted
     * @return where it will be
     */
    Uploaded upload(Stream stream, List<Step.Row> rows, List<int[]> rowIds, List<Integer> logitTokens) {
        staging.await();
        Writer writer = new Writer();
        long ids = writer.address();
        rowIds.forEach(row -> {
            for (int id : row) {
                writer.write(id);
            }
        });
        long positions = writer.address();
        int tokens = 0;
        int longest = 0;
        for (int row = 0; row < rows.size(); row++) {
            int count = rowIds.get(row).length;
            for (int i = 0; i < count; i++) {
                writer.write(rows.get(row).startPosition() + i);
            }
            tokens += count;
            longest = Math.max(longest, rows.get(row).startPosition() + count);
        }
        long sequences = writer.address();
        for (int row = 0; row < rows.size(); row++) {
            for (int i = 0; i < rowIds.get(row).length; i++) {
                writer.write(row);
            }
        }
        long logitRows = writer.address();
        logitTokens.forEach(writer::write);
        int stride = (longest + CacheView.BLOCK_TOKENS - 1) / CacheView.BLOCK_TOKENS;
        List<StepView.Tables> tables = new ArrayList<>();
        for (int group = 0; group < groups; group++) {
            tables.add(new StepView.Tables(writer.address(), stride));
            for (Step.Row row : rows) {
                int[] table = row.blockTables().get(group);
                for (int i = 0; i < stride; i++) {
                    writer.write(i < table.length ? table[i] : -1);
                }
            }
        }
        stream.copy(staging.segment(), memory.memory(), 0, writer.count * Integer.BYTES);
        staging.queued(stream);
        return new Uploaded(
                new ForwardPass.DeviceStep(new StepView(tokens, ids, positions, sequences), tables, longest),
                logitRows);
    }
}
