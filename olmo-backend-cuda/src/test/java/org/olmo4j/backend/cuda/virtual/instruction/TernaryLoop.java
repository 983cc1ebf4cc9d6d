package org.olmo4j.backend.cuda.virtual.instruction;

import java.lang.invoke.MethodHandles;
import org.olmo4j.backend.cuda.virtual.machine.Warp;

/** Template of {@link Loops#ternary}. */
final class TernaryLoop implements Loops.Ternary {

    private static final Loops.LongTernaryOperator OPERATION =
            Loops.operation(MethodHandles.lookup(), Loops.LongTernaryOperator.class);

    TernaryLoop() {}

    @Override
    public void run(long[] registers, int result, int first, int second, int third, int mask) {
        if (mask == -1) {
            for (int lane = 0; lane < Warp.LANES; lane++) {
                registers[result + lane] = OPERATION.applyAsLong(
                        registers[first + lane], registers[second + lane], registers[third + lane]);
            }
            return;
        }
        for (int lanes = mask; lanes != 0; lanes &= lanes - 1) {
            int lane = Integer.numberOfTrailingZeros(lanes);
            registers[result + lane] =
                    OPERATION.applyAsLong(registers[first + lane], registers[second + lane], registers[third + lane]);
        }
    }
}
