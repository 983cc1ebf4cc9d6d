package org.olmo4j.backend.cuda.virtual.instruction;

import java.lang.invoke.MethodHandles;
import java.util.function.LongUnaryOperator;
import org.olmo4j.backend.cuda.virtual.machine.Warp;

/** Template of {@link Loops#unary}. */
final class UnaryLoop implements Loops.Unary {

    private static final LongUnaryOperator OPERATION = Loops.operation(MethodHandles.lookup(), LongUnaryOperator.class);

    UnaryLoop() {}

    @Override
    public void run(long[] registers, int result, int operand, int mask) {
        if (mask == -1) {
            for (int lane = 0; lane < Warp.LANES; lane++) {
                registers[result + lane] = OPERATION.applyAsLong(registers[operand + lane]);
            }
            return;
        }
        for (int lanes = mask; lanes != 0; lanes &= lanes - 1) {
            int lane = Integer.numberOfTrailingZeros(lanes);
            registers[result + lane] = OPERATION.applyAsLong(registers[operand + lane]);
        }
    }
}
