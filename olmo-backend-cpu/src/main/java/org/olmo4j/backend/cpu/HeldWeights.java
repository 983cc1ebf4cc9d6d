package org.olmo4j.backend.cpu;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.CRC32C;
import org.olmo4j.backend.LoadProgress;
import org.olmo4j.backend.cpu.kernel.WeightMatrix;
import org.olmo4j.checkpoint.Checkpoint;
import org.olmo4j.checkpoint.Tensor;

/** The weights of a model in the formats of a plan, and the memory that converted ones lie in. */
final class HeldWeights implements AutoCloseable {

    private static final long SAMPLE_BYTES = 4096;

    private final Arena arena;
    private final ModelWeights weights;

    private HeldWeights(Arena arena, ModelWeights weights) {
        this.arena = arena;
        this.weights = weights;
    }

    /**
     * Maps, reads or converts the weights of a checkpoint.
     *
     * @param checkpoint the weights
     * @param plan in which formats to hold them
     * @param folder of files with converted weights; empty uses none
     * @param pool whose threads convert
     * @param progress told about each matrix
     * @return to be closed when the model is
     */
    static HeldWeights load(
            Checkpoint checkpoint, WeightPlan plan, Optional<Path> folder, ComputePool pool, LoadProgress progress) {
        @SuppressWarnings("MustBeClosedChecker") // Closed with the weights, or below when they do not load.
        Arena arena = Arena.ofShared();
        boolean loaded = false;
        try {
            WeightLoader loader = new WeightLoader(checkpoint, pool, progress);
            Map<Tensor, WeightMatrix> matrices = load(checkpoint, plan, folder, pool, loader, arena);
            HeldWeights weights = new HeldWeights(arena, ModelWeights.of(checkpoint, matrices));
            loaded = true;
            return weights;
        } finally {
            if (!loaded) {
                arena.close();
            }
        }
    }

    private static Map<Tensor, WeightMatrix> load(
            Checkpoint checkpoint,
            WeightPlan plan,
            Optional<Path> folder,
            ComputePool pool,
            WeightLoader loader,
            Arena arena) {
        List<WeightPlan.Entry> entries = plan.entries(checkpoint);
        List<Long> lengths = entries.stream()
                .filter(WeightPlan.Entry::converted)
                .map(WeightPlan.Entry::bytes)
                .toList();
        WeightMemory memory = bytes -> arena.allocate(bytes, WeightMemory.ALIGNMENT);
        if (folder.isEmpty() || lengths.isEmpty()) {
            return loader.load(entries, memory);
        }
        WeightFile file = new WeightFile(
                folder.get(), checkpoint.fingerprint() + " " + sample(entries), plan.name(checkpoint), lengths);
        Optional<List<MemorySegment>> kept = file.read(arena, pool);
        if (kept.isPresent()) {
            return loader.use(entries, kept.get());
        }
        Optional<WeightFile.Draft> draft = file.draft(arena);
        if (draft.isEmpty()) {
            return loader.load(entries, memory);
        }
        boolean complete = false;
        try {
            Map<Tensor, WeightMatrix> matrices = loader.load(entries, draft.get());
            draft.get().complete(pool);
            complete = true;
            return matrices;
        } finally {
            if (!complete) {
                draft.get().discard();
            }
        }
    }

    /** A checksum of the first bytes of each tensor: a fingerprint does not tell two models whose files have equal names, sizes and times. */
    private static String sample(List<WeightPlan.Entry> entries) {
        CRC32C checksum = new CRC32C();
        for (WeightPlan.Entry entry : entries) {
            MemorySegment data = entry.tensor().data();
            checksum.update(
                    data.asSlice(0, Math.min(SAMPLE_BYTES, data.byteSize())).asByteBuffer());
        }
        return Long.toHexString(checksum.getValue());
    }

    ModelWeights weights() {
        return weights;
    }

    /** Frees converted weights; nothing may compute with them any more. */
    @Override
    public void close() {
        arena.close();
    }
}
