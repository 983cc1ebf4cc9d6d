package org.olmo4j.backend.cuda;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.stream.IntStream;
import org.olmo4j.backend.cuda.driver.DeviceContext;
import org.olmo4j.backend.cuda.driver.PinnedMemory;
import org.olmo4j.backend.cuda.driver.Stream;
import org.olmo4j.spec.LayerSpec;
import org.olmo4j.spec.OlmoSpec;
import org.olmo4j.spec.RotaryEmbedding;

/**
 * Cosines and sines for every position, one table for each distinct rotary embedding: [context length, head size], half a row cosines and half sines. A
 * table takes 34 MB for a context of 65,536 tokens; a GPU has no fast sine in double precision to compute them when they are needed.
 */
final class AngleTables {

    private final List<RotaryEmbedding> distinct;
    private final OlmoSpec spec;
    private final long tableBytes;
    private final GpuMemory memory;

    /**
     * Fills the tables.
     *
     * @param context of the GPU
     * @param stream for the copies, which are done when this returns
     * @param memory of {@link #bytes}
     * @param spec of the model
     */
    AngleTables(DeviceContext context, Stream stream, GpuMemory memory, OlmoSpec spec) {
        this.spec = spec;
        this.distinct = distinct(spec);
        this.tableBytes = tableBytes(spec);
        this.memory = memory;
        try (PinnedMemory table = PinnedMemory.allocate(context, tableBytes)) {
            for (int i = 0; i < distinct.size(); i++) {
                fill(distinct.get(i), table.segment());
                stream.copy(table.segment(), memory.memory(), i * tableBytes, tableBytes);
                stream.synchronize();
            }
        }
    }

    private static List<RotaryEmbedding> distinct(OlmoSpec spec) {
        return spec.layers().stream().map(LayerSpec::rotaryEmbedding).distinct().toList();
    }

    private static long tableBytes(OlmoSpec spec) {
        return (long) spec.contextLength() * spec.headSize() * Float.BYTES;
    }

    /**
     * The memory that the tables take.
     *
     * @param spec of the model
     * @return bytes
     */
    static long bytes(OlmoSpec spec) {
        return distinct(spec).size() * tableBytes(spec);
    }

    private void fill(RotaryEmbedding embedding, MemorySegment table) {
        double[] frequencies = embedding.inverseFrequencies(spec.headSize());
        float scale = (float) embedding.attentionFactor();
        int half = spec.headSize() / 2;
        IntStream.range(0, spec.contextLength()).parallel().forEach(position -> {
            long row = (long) position * spec.headSize();
            for (int i = 0; i < half; i++) {
                double angle = position * frequencies[i];
                table.setAtIndex(ValueLayout.JAVA_FLOAT, row + i, (float) (StrictMath.cos(angle) * scale));
                table.setAtIndex(ValueLayout.JAVA_FLOAT, row + half + i, (float) (StrictMath.sin(angle) * scale));
            }
        });
    }

    /**
     * The table of a layer.
     *
     * @param layer 0-based
     * @return its address
     */
    long address(int layer) {
        return memory.address(distinct.indexOf(spec.layers().get(layer).rotaryEmbedding()) * tableBytes);
    }
}
