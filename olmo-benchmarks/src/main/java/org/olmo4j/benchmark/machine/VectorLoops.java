package org.olmo4j.benchmark.machine;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Loops that do nothing but read, or nothing but multiply and add. Loaded only where the Vector API is there. Each is to be called many times
 * with little work: what HotSpot compiles while a long loop runs keeps its vectors on the heap.
 */
final class VectorLoops {

    /** Independent sums, more than a processor's units need to be busy: 2 units with a latency of 4 cycles. */
    private static final int CHAINS = 12;

    private static final VectorSpecies<Long> LONGS = LongVector.SPECIES_PREFERRED;
    private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
    private static final ByteOrder ORDER = ByteOrder.nativeOrder();

    private VectorLoops() {}

    /**
     * Reads memory in order.
     *
     * @param memory up to 2^31 - 1 bytes; what is left over of 4 vectors is not read
     * @return a sum that depends on every byte read
     */
    static long read(MemorySegment memory) {
        int width = LONGS.vectorByteSize();
        int end = Math.toIntExact(memory.byteSize()) / (4 * width) * (4 * width);
        LongVector sum0 = LongVector.zero(LONGS);
        LongVector sum1 = sum0;
        LongVector sum2 = sum0;
        LongVector sum3 = sum0;
        for (int at = 0; at < end; at += 4 * width) {
            sum0 = sum0.add(LongVector.fromMemorySegment(LONGS, memory, at, ORDER));
            sum1 = sum1.add(LongVector.fromMemorySegment(LONGS, memory, at + width, ORDER));
            sum2 = sum2.add(LongVector.fromMemorySegment(LONGS, memory, at + 2 * width, ORDER));
            sum3 = sum3.add(LongVector.fromMemorySegment(LONGS, memory, at + 3 * width, ORDER));
        }
        return total(sum0, sum1, sum2, sum3);
    }

    /**
     * Reads memory in four streams that lie far apart, as which some processors prefetch better.
     *
     * @param memory up to 2^31 - 1 bytes; what is left over of 4 vectors is not read
     * @return a sum that depends on every byte read
     */
    static long readFourStreams(MemorySegment memory) {
        int width = LONGS.vectorByteSize();
        int end = Math.toIntExact(memory.byteSize()) / (4 * width) * width;
        MemorySegment memory0 = memory.asSlice(0, end);
        MemorySegment memory1 = memory.asSlice(end, end);
        MemorySegment memory2 = memory.asSlice(2L * end, end);
        MemorySegment memory3 = memory.asSlice(3L * end, end);
        LongVector sum0 = LongVector.zero(LONGS);
        LongVector sum1 = sum0;
        LongVector sum2 = sum0;
        LongVector sum3 = sum0;
        for (int at = 0; at < end; at += width) {
            sum0 = sum0.add(LongVector.fromMemorySegment(LONGS, memory0, at, ORDER));
            sum1 = sum1.add(LongVector.fromMemorySegment(LONGS, memory1, at, ORDER));
            sum2 = sum2.add(LongVector.fromMemorySegment(LONGS, memory2, at, ORDER));
            sum3 = sum3.add(LongVector.fromMemorySegment(LONGS, memory3, at, ORDER));
        }
        return total(sum0, sum1, sum2, sum3);
    }

    private static long total(LongVector sum0, LongVector sum1, LongVector sum2, LongVector sum3) {
        long total = 0;
        for (long lane : sum0.add(sum1).add(sum2.add(sum3)).toArray()) {
            total += lane;
        }
        return total;
    }

    /**
     * Floating point operations of one turn of {@link #multiply}.
     *
     * @return two for each lane of each chain
     */
    static long operationsOfTurn() {
        return 2L * CHAINS * FLOATS.length();
    }

    /**
     * Multiplies and adds in registers.
     *
     * @param turns how often
     * @return a number that depends on all of it
     */
    static float multiply(int turns) {
        FloatVector factor = FloatVector.broadcast(FLOATS, 0.999f);
        FloatVector summand = FloatVector.broadcast(FLOATS, 0.001f);
        FloatVector sum0 = factor;
        FloatVector sum1 = factor;
        FloatVector sum2 = factor;
        FloatVector sum3 = factor;
        FloatVector sum4 = factor;
        FloatVector sum5 = factor;
        FloatVector sum6 = factor;
        FloatVector sum7 = factor;
        FloatVector sum8 = factor;
        FloatVector sum9 = factor;
        FloatVector sum10 = factor;
        FloatVector sum11 = factor;
        for (int turn = 0; turn < turns; turn++) {
            sum0 = sum0.fma(factor, summand);
            sum1 = sum1.fma(factor, summand);
            sum2 = sum2.fma(factor, summand);
            sum3 = sum3.fma(factor, summand);
            sum4 = sum4.fma(factor, summand);
            sum5 = sum5.fma(factor, summand);
            sum6 = sum6.fma(factor, summand);
            sum7 = sum7.fma(factor, summand);
            sum8 = sum8.fma(factor, summand);
            sum9 = sum9.fma(factor, summand);
            sum10 = sum10.fma(factor, summand);
            sum11 = sum11.fma(factor, summand);
        }
        FloatVector sum = sum0.add(sum1).add(sum2.add(sum3)).add(sum4.add(sum5).add(sum6.add(sum7)));
        return sum.add(sum8.add(sum9).add(sum10.add(sum11))).lane(0);
    }
}
