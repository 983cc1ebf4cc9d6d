package org.olmo4j.backend.cuda.virtual.instruction;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongBinaryOperator;
import java.util.function.LongUnaryOperator;
import org.olmo4j.backend.cuda.virtual.machine.Instruction;
import org.olmo4j.backend.cuda.virtual.machine.Warp;

/**
 * Instructions that compute one number a lane from others of the same lane. The loops are kept by the operation's name, so that all kernels share them
 * and they become fast once.
 */
final class Operations {

    private static final Map<String, Object> LOOPS = new ConcurrentHashMap<>();

    private Operations() {}

    /** @param name identifies the operation */
    static Instruction unary(String name, LongUnaryOperator operation, int result, int operand) {
        Loops.Unary loop = (Loops.Unary) LOOPS.computeIfAbsent(name + " of 1", key -> Loops.unary(operation));
        return new UnaryInstruction(loop, result * Warp.LANES, operand * Warp.LANES);
    }

    static Instruction binary(String name, LongBinaryOperator operation, int result, int first, int second) {
        Loops.Binary loop = (Loops.Binary) LOOPS.computeIfAbsent(name + " of 2", key -> Loops.binary(operation));
        return new BinaryInstruction(loop, result * Warp.LANES, first * Warp.LANES, second * Warp.LANES);
    }

    static Instruction ternary(
            String name, Loops.LongTernaryOperator operation, int result, int first, int second, int third) {
        Loops.Ternary loop = (Loops.Ternary) LOOPS.computeIfAbsent(name + " of 3", key -> Loops.ternary(operation));
        return new TernaryInstruction(
                loop, result * Warp.LANES, first * Warp.LANES, second * Warp.LANES, third * Warp.LANES);
    }

    static Loops.Comparison comparison(String name, Loops.LongComparison operation) {
        return (Loops.Comparison) LOOPS.computeIfAbsent(name + " of comparison", key -> Loops.comparison(operation));
    }

    private static final class UnaryInstruction extends Instruction {
        private final Loops.Unary loop;
        private final int result;
        private final int operand;

        UnaryInstruction(Loops.Unary loop, int result, int operand) {
            this.loop = loop;
            this.result = result;
            this.operand = operand;
        }

        @Override
        public void execute(Warp warp, int mask) {
            loop.run(warp.registers(), result, operand, mask);
        }
    }

    private static final class BinaryInstruction extends Instruction {
        private final Loops.Binary loop;
        private final int result;
        private final int first;
        private final int second;

        BinaryInstruction(Loops.Binary loop, int result, int first, int second) {
            this.loop = loop;
            this.result = result;
            this.first = first;
            this.second = second;
        }

        @Override
        public void execute(Warp warp, int mask) {
            loop.run(warp.registers(), result, first, second, mask);
        }
    }

    private static final class TernaryInstruction extends Instruction {
        private final Loops.Ternary loop;
        private final int result;
        private final int first;
        private final int second;
        private final int third;

        TernaryInstruction(Loops.Ternary loop, int result, int first, int second, int third) {
            this.loop = loop;
            this.result = result;
            this.first = first;
            this.second = second;
            this.third = third;
        }

        @Override
        public void execute(Warp warp, int mask) {
            loop.run(warp.registers(), result, first, second, third, mask);
        }
    }
}
