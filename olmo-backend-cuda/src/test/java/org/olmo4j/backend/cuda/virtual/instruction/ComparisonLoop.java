package org.olmo4j.backend.cuda.virtual.instruction;

import java.lang.invoke.MethodHandles;
import org.olmo4j.backend.cuda.virtual.machine.Warp;

/** Template of {@link Loops#comparison}. */
final class ComparisonLoop implements Loops.Comparison {

    private static final Loops.LongComparison OPERATION =
            Loops.operation(MethodHandles.lookup(), Loops.LongComparison.class);

    ComparisonLoop() {}

    @Override
    public int run(long[] registers, int first, int second, int mask) {
        int holds = 0;
        if (mask == -1) {
            for (int lane = 0; lane < Warp.LANES; lane++) {
                holds |= OPERATION.test(registers[first + lane], registers[second + lane]) ? 1 << lane : 0;
            }
            return holds;
        }
        for (int lanes = mask; lanes != 0; lanes &= lanes - 1) {
            int lane = Integer.numberOfTrailingZeros(lanes);
            holds |= OPERATION.test(registers[first + lane], registers[second + lane]) ? 1 << lane : 0;
        }
        return holds;
    }
}
