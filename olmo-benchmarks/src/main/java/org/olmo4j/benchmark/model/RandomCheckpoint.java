package org.olmo4j.benchmark.model;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.olmo4j.benchmark.measure.BenchmarkException;
import org.olmo4j.checkpoint.TensorType;

/**
 * A checkpoint of seeded random weights in a folder: config.json and model.safetensors, without a tokenizer. Written once by all
 * processors, in pieces of a few megabytes; a folder that holds it already is left as it is.
 */
final class RandomCheckpoint {

    private static final String CONFIG = "config.json";
    private static final String WEIGHTS = "model.safetensors";
    private static final String PARTIAL = ".partial";
    private static final int PIECE_ELEMENTS = 1 << 20;
    /** Left free on the disk. */
    private static final long SPARE_BYTES = 256L << 20;

    private final SafetensorsPlan plan;
    private final byte[] config;
    private final long seed;

    /**
     * Plans a checkpoint.
     *
     * @param configuration of the model
     * @param type of the weights
     * @param seed of their values; not in the files, so that a folder must not be shared between seeds
     */
    RandomCheckpoint(ModelConfiguration configuration, TensorType type, long seed) {
        this.plan = SafetensorsPlan.of(PlannedTensor.of(configuration.spec()), type);
        this.config = configuration.bytes(type);
        this.seed = seed;
    }

    /**
     * Writes the checkpoint unless it is there.
     *
     * @param folder is made if it is missing
     * @param threads that make random numbers
     * @return whether anything had to be written
     */
    boolean writeTo(Path folder, int threads) {
        try {
            if (isIn(folder)) {
                return false;
            }
            Files.createDirectories(folder);
            // A configuration without its weights would look like a broken model, so it comes last.
            Files.deleteIfExists(folder.resolve(CONFIG));
            requireSpace(folder);
            Path partial = Files.createTempFile(folder, WEIGHTS, PARTIAL);
            try {
                writeWeights(partial, threads);
                requireSize(partial);
                Files.move(partial, folder.resolve(WEIGHTS), StandardCopyOption.ATOMIC_MOVE);
            } finally {
                Files.deleteIfExists(partial);
            }
            Files.write(folder.resolve(CONFIG), config);
            return true;
        } catch (IOException e) {
            throw new BenchmarkException(
                    "Random weights of " + plan.fileBytes() + " bytes could not be written to " + folder + ": " + e,
                    "Give another folder with --work",
                    e);
        }
    }

    private boolean isIn(Path folder) throws IOException {
        Path weights = folder.resolve(WEIGHTS);
        Path configFile = folder.resolve(CONFIG);
        if (!Files.exists(configFile) || !Files.exists(weights) || Files.size(weights) != plan.fileBytes()) {
            return false;
        }
        try (InputStream input = Files.newInputStream(weights)) {
            return Arrays.equals(input.readNBytes(plan.header().length), plan.header())
                    && Arrays.equals(Files.readAllBytes(configFile), config);
        }
    }

    private void requireSpace(Path folder) throws IOException {
        long free = Files.getFileStore(folder).getUsableSpace();
        if (free < plan.fileBytes() + SPARE_BYTES) {
            throw new BenchmarkException(
                    "The random weights take " + plan.fileBytes() + " bytes, and the disk of " + folder + " has " + free
                            + " left",
                    "Give a folder on another disk with --work, or a smaller shape");
        }
    }

    private void requireSize(Path file) throws IOException {
        if (Files.size(file) != plan.fileBytes()) {
            throw new IOException(file + " has " + Files.size(file) + " bytes instead of " + plan.fileBytes());
        }
    }

    /** Pieces are taken from a counter, and each is written to its own place. */
    private void writeWeights(Path file, int threads) throws IOException {
        List<Piece> pieces = pieces();
        AtomicInteger next = new AtomicInteger();
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE);
                ExecutorService executor = Executors.newFixedThreadPool(threads)) {
            writeFully(channel, ByteBuffer.wrap(plan.header()), 0);
            Callable<Void> worker = () -> {
                ByteBuffer buffer =
                        ByteBuffer.allocateDirect(PIECE_ELEMENTS * plan.type().bytes());
                for (int i = next.getAndIncrement(); i < pieces.size(); i = next.getAndIncrement()) {
                    pieces.get(i).write(channel, buffer);
                }
                return null;
            };
            List<Future<Void>> workers = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                workers.add(executor.submit(worker));
            }
            for (Future<Void> future : workers) {
                await(future);
            }
        }
    }

    private static void await(Future<Void> worker) throws IOException {
        try {
            worker.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("Interrupted while random weights were written", e);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof IOException failure ? failure : new IOException(e.getCause());
        }
    }

    private List<Piece> pieces() {
        List<Piece> pieces = new ArrayList<>();
        for (SafetensorsPlan.Placed placed : plan.placed()) {
            RandomWeights weights = new RandomWeights(seed, placed.tensor());
            long elements = placed.tensor().elements();
            for (long from = 0; from < elements; from += PIECE_ELEMENTS) {
                int count = (int) Math.min(PIECE_ELEMENTS, elements - from);
                pieces.add(new Piece(weights, plan.type(), from, count, placed.offset()));
            }
        }
        return pieces;
    }

    /**
     * Some consecutive elements of a tensor.
     *
     * @param weights values of the tensor
     * @param type of the elements
     * @param from place of the first in the tensor
     * @param count how many
     * @param tensorOffset of the tensor in the file
     */
    private record Piece(RandomWeights weights, TensorType type, long from, int count, long tensorOffset) {

        void write(FileChannel channel, ByteBuffer buffer) throws IOException {
            buffer.clear();
            weights.write(from, count, type, buffer);
            writeFully(channel, buffer.flip(), tensorOffset + from * type.bytes());
        }
    }

    private static void writeFully(FileChannel channel, ByteBuffer bytes, long offset) throws IOException {
        for (long at = offset; bytes.hasRemaining(); ) {
            at += channel.write(bytes, at);
        }
    }
}
