package org.olmo4j.backend.cpu;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.zip.CRC32C;
import org.olmo4j.backend.LoadProgress;
import org.olmo4j.backend.cpu.kernel.WeightMatrix;
import org.olmo4j.backend.plan.WeightPlan;
import org.olmo4j.checkpoint.Checkpoint;
import org.olmo4j.checkpoint.Tensor;
import org.olmo4j.error.InsufficientMemoryException;

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
     * @param progress told about each matrix that is converted, and once where all are mapped
     * @return to be closed when the model is
     * @throws org.olmo4j.error.ModelFormatException if a weight cannot be held in its format, or a file of the checkpoint cannot be read
     * @throws InsufficientMemoryException if the system has no memory for converted weights
     */
    static HeldWeights load(
            Checkpoint checkpoint, WeightPlan plan, Optional<Path> folder, ComputePool pool, LoadProgress progress) {
        List<WeightPlan.Entry> entries = plan.entries(checkpoint);
        List<Long> lengths = entries.stream()
                .filter(WeightPlan.Entry::converted)
                .map(WeightLoader::bytes)
                .toList();
        Supplier<WeightLoader> loader = () -> new WeightLoader(checkpoint, pool, progress);
        if (folder.isPresent() && !lengths.isEmpty()) {
            WeightFile file = new WeightFile(
                    folder.get(), checkpoint.fingerprint() + " " + sample(entries), plan.name(checkpoint), lengths);
            Optional<HeldWeights> held = hold(
                            checkpoint,
                            arena -> file.read(arena, pool)
                                    .map(kept -> loader.get().use(entries, kept)))
                    .or(() -> hold(
                            checkpoint,
                            arena -> file.write(
                                    arena, pool, memory -> loader.get().load(entries, memory))));
            if (held.isPresent()) {
                return held.get();
            }
        }
        return hold(checkpoint, arena -> Optional.of(loader.get().load(entries, bytes -> allocate(arena, bytes))))
                .orElseThrow();
    }

    /** Tries a source of matrices whose memory is an arena's; without matrices the arena is closed again. */
    private static Optional<HeldWeights> hold(
            Checkpoint checkpoint, Function<Arena, Optional<Map<Tensor, WeightMatrix>>> source) {
        @SuppressWarnings("MustBeClosedChecker") // Closed with the weights, or below where there are none.
        Arena arena = Arena.ofShared();
        boolean held = false;
        try {
            Optional<HeldWeights> weights =
                    source.apply(arena).map(matrices -> new HeldWeights(arena, ModelWeights.of(checkpoint, matrices)));
            held = weights.isPresent();
            return weights;
        } finally {
            if (!held) {
                arena.close();
            }
        }
    }

    /**
     * Memory for a converted matrix.
     *
     * @throws InsufficientMemoryException if the system has none
     */
    static MemorySegment allocate(Arena arena, long bytes) {
        try {
            return arena.allocate(bytes, WeightMemory.ALIGNMENT);
        } catch (OutOfMemoryError e) {
            throw new InsufficientMemoryException(
                    "The system has no memory for " + bytes + " more bytes of converted weights (" + e.getMessage()
                            + ")",
                    "Set olmo.weights (LoadOptions.weights) to a smaller type or to stored, or give the process more "
                            + "memory",
                    e);
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
