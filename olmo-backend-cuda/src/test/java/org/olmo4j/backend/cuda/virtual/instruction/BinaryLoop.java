package org.olmo4j.backend.cuda.virtual.instruction;

import java.lang.invoke.MethodHandles;
import java.util.function.LongBinaryOperator;
import org.olmo4j.backend.cuda.virtual.machine.Warp;

/** Template of {@link Loops#binary}. */
final class BinaryLoop implements Loops.Binary {

    private static final LongBinaryOperator OPERATION =
            Loops.operation(MethodHandles.lookup(), LongBinaryOperator.class);

    BinaryLoop() {}

    @Override
    public void run(long[] registers, int result, int first, int second, int mask) {
        if (mask == -1) {
            for (int lane = 0; lane < Warp.LANES; lane++) {
                registers[result + lane] = OPERATION.applyAsLong(registers[first + lane], registers[second + lane]);
            }
            return;
        }
        for (int lanes = mask; lanes != 0; lanes &= lanes - 1) {
            int lane = Integer.numberOfTrailingZeros(lanes);
            registers[result + lane] = OPERATION.applyAsLong(registers[first + lane], registers[second + lane]);
        }
    }
}
