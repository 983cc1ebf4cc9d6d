package org.olmo4j.benchmark.kernel;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.olmo4j.backend.cpu.kernel.WeightMatrix;
import org.olmo4j.checkpoint.TensorType;

/** Matrices of random weights in a mapped temporary file, as a checkpoint's lie: together larger than any cache. Not thread-safe. */
final class WeightFile implements AutoCloseable {

    private static final long BYTES = 128L << 20;
    private static final float LARGEST_WEIGHT = 0.05f;
    private static final ValueLayout.OfFloat FLOATS =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfShort SHORTS =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final Path file;
    private final Arena arena = Arena.ofShared();
    private final List<WeightMatrix> matrices = new ArrayList<>();
    private int next;

    WeightFile(TensorType type, int rows, int columns) {
        long matrixBytes = (long) rows * columns * type.bytes();
        long count = BYTES / matrixBytes;
        try {
            file = Files.createTempFile("olmo-kernel-", ".bin");
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
                MemorySegment memory = channel.map(MapMode.READ_WRITE, 0, count * matrixBytes, arena);
                fill(memory, type);
                MemorySegment readOnly = memory.asReadOnly();
                for (long i = 0; i < count; i++) {
                    matrices.add(new WeightMatrix(type, rows, columns, readOnly.asSlice(i * matrixBytes, matrixBytes)));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void fill(MemorySegment memory, TensorType type) {
        SplittableRandom random = new SplittableRandom(1);
        for (long i = 0; i < memory.byteSize() / type.bytes(); i++) {
            float weight = (float) random.nextDouble(-LARGEST_WEIGHT, LARGEST_WEIGHT);
            switch (type) {
                case F32 -> memory.set(FLOATS, i * Float.BYTES, weight);
                case F16 -> memory.set(SHORTS, i * Short.BYTES, Float.floatToFloat16(weight));
                case BF16 ->
                    memory.set(SHORTS, i * Short.BYTES, (short) (Float.floatToRawIntBits(weight) >>> Short.SIZE));
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
