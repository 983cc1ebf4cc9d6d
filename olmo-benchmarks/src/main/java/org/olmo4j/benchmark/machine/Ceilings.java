package org.olmo4j.benchmark.machine;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.ToLongFunction;
import org.olmo4j.benchmark.measure.BenchmarkException;
import org.olmo4j.benchmark.measure.Spread;
import org.olmo4j.benchmark.measure.TogetherTimer;

/**
 * What the machine can do at most with some threads: decoding cannot be faster than memory is read, nor prefill than numbers are multiplied.
 *
 * @param threads that measured
 * @param readGigabytesPerSecond 10^9 bytes a second read from a mapped file, in pages of the system's usual size, by vector loads: the better
 *     of one stream for each thread and four
 * @param multiplyGigaflops 10^9 floating point operations a second of fused multiply-adds in registers, two for each
 */
public record Ceilings(int threads, Spread readGigabytesPerSecond, Spread multiplyGigaflops) {

    /** Larger than the caches of common processors by far. */
    public static final long FILE_BYTES = 1L << 30;

    private static final String FILE = "read-ceiling.bin";
    private static final int PIECE_BYTES = 1 << 22;
    /** Bytes of one call of a reading loop: some ten microseconds. */
    private static final long CALL_BYTES = 1L << 19;

    /** Turns of one call of the multiplying loop: some ten microseconds, and some hundred milliseconds for all calls. */
    private static final int CALL_TURNS = 10_000;

    private static final int CALLS = 4_000;

    /**
     * Measures them.
     *
     * @param workFolder gets a file of random bytes, which is kept
     * @param fileBytes its size
     * @param threads how many measure at once
     * @param repeats how often
     * @return medians and bounds
     * @throws BenchmarkException if the Vector API is not there
     */
    public static Ceilings measure(Path workFolder, long fileBytes, int threads, int repeats) {
        if (!VectorModule.present()) {
            throw new BenchmarkException("The machine's ceilings were asked for", VectorModule.MISSING);
        }
        AtomicLong kept = new AtomicLong();
        Spread read = readSpeed(file(workFolder, fileBytes), threads, repeats, kept);
        Spread multiply = multiplySpeed(threads, repeats, kept);
        return new Ceilings(threads, read, multiply);
    }

    private static Spread readSpeed(Path file, int threads, int repeats, AtomicLong kept) {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
                Arena arena = Arena.ofShared()) {
            MemorySegment memory = channel.map(MapMode.READ_ONLY, 0, channel.size(), arena);
            Spread inOrder = readSpeed(memory, threads, repeats, VectorLoops::read, kept);
            Spread streams = readSpeed(memory, threads, repeats, VectorLoops::readFourStreams, kept);
            return inOrder.median() > streams.median() ? inOrder : streams;
        } catch (IOException e) {
            throw new BenchmarkException(file + " cannot be read: " + e, "Give another folder with --work", e);
        }
    }

    private static Spread readSpeed(
            MemorySegment memory, int threads, int repeats, ToLongFunction<MemorySegment> loop, AtomicLong kept) {
        long share = memory.byteSize() / threads;
        return Spread.of(TogetherTimer.seconds(
                        threads,
                        repeats,
                        thread -> kept.addAndGet(readAll(memory.asSlice(thread * share, share), loop)))
                .stream()
                .map(seconds -> share * threads / seconds / 1e9)
                .toList());
    }

    private static long readAll(MemorySegment memory, ToLongFunction<MemorySegment> loop) {
        long sum = 0;
        for (long at = 0; at < memory.byteSize(); at += CALL_BYTES) {
            sum += loop.applyAsLong(memory.asSlice(at, Math.min(CALL_BYTES, memory.byteSize() - at)));
        }
        return sum;
    }

    private static Spread multiplySpeed(int threads, int repeats, AtomicLong kept) {
        double operations = (double) threads * CALLS * CALL_TURNS * VectorLoops.operationsOfTurn();
        return Spread.of(TogetherTimer.seconds(threads, repeats, _ -> kept.addAndGet(multiplyAll())).stream()
                .map(seconds -> operations / seconds / 1e9)
                .toList());
    }

    private static long multiplyAll() {
        float sum = 0;
        for (int call = 0; call < CALLS; call++) {
            sum += VectorLoops.multiply(CALL_TURNS);
        }
        return (long) sum;
    }

    private static Path file(Path workFolder, long bytes) {
        Path file = workFolder.resolve(FILE);
        try {
            Files.createDirectories(workFolder);
            if (Files.exists(file) && Files.size(file) == bytes) {
                return file;
            }
            SplittableRandom random = new SplittableRandom(1);
            byte[] piece = new byte[PIECE_BYTES];
            try (FileChannel channel = FileChannel.open(
                    file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
                while (channel.position() < bytes) {
                    random.nextBytes(piece);
                    int length = (int) Math.min(PIECE_BYTES, bytes - channel.position());
                    for (ByteBuffer buffer = ByteBuffer.wrap(piece, 0, length); buffer.hasRemaining(); ) {
                        channel.write(buffer);
                    }
                }
            }
            return file;
        } catch (IOException e) {
            throw new BenchmarkException(
                    "A file of " + bytes + " bytes could not be written to " + workFolder + ": " + e,
                    "Give another folder with --work",
                    e);
        }
    }
}
