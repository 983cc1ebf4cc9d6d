package org.olmo4j.benchmark.kernel;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.olmo4j.backend.cpu.kernel.WeightFormat;
import org.olmo4j.backend.cpu.kernel.WeightMatrix;
import org.olmo4j.backend.cpu.kernel.WeightWriter;

/** Matrices of random weights in a mapped temporary file, as a checkpoint lies: together larger than any cache. Not thread-safe. */
final class WeightFile implements AutoCloseable {

    private static final long BYTES = 128L << 20;
    private static final float LARGEST_WEIGHT = 0.05f;
    private static final long PAGE_BYTES = 4096;

    private final Path file;
    private final Arena arena = Arena.ofShared();
    private final List<WeightMatrix> matrices = new ArrayList<>();
    private int next;

    WeightFile(WeightFormat format, int rows, int columns) {
        long matrixBytes = WeightMatrix.bytes(format, rows, columns);
        long distance = (matrixBytes + PAGE_BYTES - 1) / PAGE_BYTES * PAGE_BYTES;
        long count = BYTES / distance;
        try {
            file = Files.createTempFile("olmo-kernel-", ".bin");
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
                MemorySegment memory = channel.map(MapMode.READ_WRITE, 0, count * distance, arena);
                for (long i = 0; i < count; i++) {
                    matrices.add(new WeightMatrix(format, rows, columns, memory.asSlice(i * distance, matrixBytes)));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        fill();
    }

    private void fill() {
        SplittableRandom random = new SplittableRandom(1);
        WeightWriter writer = new WeightWriter();
        float[] weights = new float[matrices.getFirst().columns()];
        for (WeightMatrix matrix : matrices) {
            for (int row = 0; row < matrix.rows(); row++) {
                for (int i = 0; i < weights.length; i++) {
                    weights[i] = (float) random.nextDouble(-LARGEST_WEIGHT, LARGEST_WEIGHT);
                }
                if (!writer.write(weights, 0, matrix, row)) {
                    throw new IllegalStateException("Random weights are finite");
                }
            }
        }
    }

    /** The matrix whose turn it is; all had theirs before it comes again. */
    WeightMatrix next() {
        WeightMatrix matrix = matrices.get(next);
        next = (next + 1) % matrices.size();
        return matrix;
    }

    @Override
    public void close() {
        arena.close();
        try {
            Files.delete(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
