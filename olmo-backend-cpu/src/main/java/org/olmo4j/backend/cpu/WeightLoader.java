package org.olmo4j.backend.cpu;

import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.olmo4j.backend.LoadProgress;
import org.olmo4j.backend.cpu.kernel.Contract;
import org.olmo4j.backend.cpu.kernel.WeightFormat;
import org.olmo4j.backend.cpu.kernel.WeightMatrix;
import org.olmo4j.backend.cpu.kernel.WeightWriter;
import org.olmo4j.backend.plan.WeightPlan;
import org.olmo4j.checkpoint.Checkpoint;
import org.olmo4j.checkpoint.Tensor;
import org.olmo4j.error.ModelFormatException;

/**
 * Brings the matrices of a checkpoint into the formats of a plan, one after the other, each on all threads. Pages of the checkpoint's files are
 * dropped as soon as they were read, so that a model never lies in memory twice. Used by one thread.
 */
final class WeightLoader {

    private final ComputePool pool;
    private final LoadProgress progress;
    private final long totalBytes;
    private long doneBytes;

    /**
     * Makes a loader.
     *
     * @param checkpoint the weights
     * @param pool whose threads convert
     * @param progress told about each matrix
     */
    WeightLoader(Checkpoint checkpoint, ComputePool pool, LoadProgress progress) {
        this.pool = pool;
        this.progress = progress;
        this.totalBytes = checkpoint.weightBytes();
    }

    /**
     * Converts what the plan does not hold as it is stored.
     *
     * @param entries of the plan
     * @param memory where converted matrices go
     * @return the matrix of each tensor
     * @throws ModelFormatException if a weight cannot be held in its format, or a file cannot be read
     */
    Map<Tensor, WeightMatrix> load(List<WeightPlan.Entry> entries, WeightMemory memory) {
        Map<Tensor, WeightMatrix> matrices = new HashMap<>();
        for (WeightPlan.Entry entry : entries) {
            matrices.put(entry.tensor(), entry.converted() ? convert(entry, memory) : WeightMatrix.of(entry.tensor()));
            doneBytes += entry.tensor().data().byteSize();
            progress.loaded(doneBytes, totalBytes);
        }
        progress.loaded(totalBytes, totalBytes);
        return matrices;
    }

    /**
     * Takes what was converted before.
     *
     * @param entries of the plan
     * @param converted matrices, in order
     * @return the matrix of each tensor
     */
    Map<Tensor, WeightMatrix> use(List<WeightPlan.Entry> entries, List<MemorySegment> converted) {
        Map<Tensor, WeightMatrix> matrices = new HashMap<>();
        int next = 0;
        for (WeightPlan.Entry entry : entries) {
            Tensor tensor = entry.tensor();
            matrices.put(
                    tensor,
                    entry.converted()
                            ? new WeightMatrix(
                                    WeightFormat.of(entry.type()),
                                    tensor.rows(),
                                    tensor.columns(),
                                    converted.get(next++))
                            : WeightMatrix.of(tensor));
        }
        progress.loaded(totalBytes, totalBytes);
        return matrices;
    }

    /**
     * The memory that a converted matrix takes.
     *
     * @param entry of a plan
     * @return bytes
     */
    static long bytes(WeightPlan.Entry entry) {
        return WeightMatrix.bytes(
                WeightFormat.of(entry.type()),
                entry.tensor().rows(),
                entry.tensor().columns());
    }

    private WeightMatrix convert(WeightPlan.Entry entry, WeightMemory memory) {
        Tensor tensor = entry.tensor();
        WeightMatrix source = WeightMatrix.of(tensor);
        WeightMatrix target = new WeightMatrix(
                WeightFormat.of(entry.type()), tensor.rows(), tensor.columns(), memory.allocate(bytes(entry)));
        int groups = (tensor.rows() + Contract.ROW_GROUP - 1) / Contract.ROW_GROUP;
        try {
            pool.runRanges(groups, 1, (kernels, from, to) -> {
                int last = Math.min(tensor.rows(), to * Contract.ROW_GROUP);
                convert(tensor, source, target, from * Contract.ROW_GROUP, last);
            });
        } catch (InternalError e) {
            // The JVM's answer to a page of a mapped file that is not there.
            throw new ModelFormatException(
                    "The weights of " + tensor.name() + " could not be read while they were converted ("
                            + e.getMessage() + ")",
                    "The file was truncated, or its disk fails: restore it and load the model again",
                    e);
        }
        release(tensor.data());
        return target;
    }

    private static void convert(Tensor tensor, WeightMatrix source, WeightMatrix target, int from, int to) {
        WeightWriter writer = new WeightWriter();
        float[] weights = new float[tensor.columns()];
        for (int row = from; row < to; row++) {
            source.widenRow(row, weights, 0);
            if (!writer.write(weights, 0, target, row)) {
                throw new ModelFormatException(
                        "Row " + row + " of " + tensor.name() + " has a weight that " + target.format()
                                + " cannot hold: it is not a finite number, or too large",
                        "Get the checkpoint anew, or load it with weights as stored");
            }
        }
    }

    private static void release(MemorySegment data) {
        if (data.isMapped()) {
            data.unload();
        }
    }
}
