package org.olmo4j.backend.cuda.virtual.instruction;

import java.util.List;
import java.util.Locale;
import java.util.function.LongToDoubleFunction;
import java.util.function.LongUnaryOperator;
import org.jspecify.annotations.Nullable;
import org.olmo4j.backend.cuda.virtual.machine.Instruction;
import org.olmo4j.backend.cuda.virtual.machine.Warp;
import org.olmo4j.backend.cuda.virtual.ptx.Operand;
import org.olmo4j.backend.cuda.virtual.ptx.PtxInstruction;
import org.olmo4j.backend.cuda.virtual.ptx.PtxType;

/** Comparisons, selections, and the logic of predicates (PTX ISA, "Comparison and Selection"). */
final class ComparisonInstructions {

    private ComparisonInstructions() {}

    static @Nullable Instruction translate(PtxInstruction instruction, Frame frame) {
        return switch (instruction.name()) {
            case "setp" -> setPredicate(instruction, frame);
            case "set" -> set(instruction, frame);
            case "selp" -> new Select(instruction, frame);
            case "testp" -> testProperty(instruction, frame);
            case "and", "or", "xor", "not", "mov" -> predicateLogic(instruction, frame);
            default -> null;
        };
    }

    private static @Nullable Instruction setPredicate(PtxInstruction instruction, Frame frame) {
        PtxType type = instruction.types().getFirst();
        List<Operand> operands = instruction.operands();
        Operand results = operands.getFirst();
        Operand firstResult = results instanceof Operand.Pair pair ? pair.first() : results;
        @Nullable Operand secondResult = results instanceof Operand.Pair pair ? pair.second() : null;
        int first = frame.read(instruction, operands.get(1), type);
        int second = frame.read(instruction, operands.get(2), type);
        int result = frame.writePredicate(instruction, firstResult);
        int other = secondResult == null ? -1 : frame.writePredicate(instruction, secondResult);
        String relation = instruction.modifiers().getFirst();
        if (type == PtxType.F16X2 || type == PtxType.BF16X2) {
            return new ComparePair(
                    comparison(instruction, relation, type, 0),
                    comparison(instruction, relation, type, 16),
                    first,
                    second,
                    result,
                    other);
        }
        Frame.@Nullable Predicate combined =
                operands.size() > 3 ? frame.readPredicate(instruction, operands.get(3)) : null;
        Logic logic = combined == null ? Logic.AND : Logic.of(instruction);
        return new Compare(comparison(instruction, relation, type, 0), first, second, result, other, combined, logic);
    }

    private static Loops.Comparison comparison(PtxInstruction instruction, String relation, PtxType type, int shift) {
        boolean flush = instruction.has("ftz");
        Loops.LongComparison operation = type.isFloat()
                ? floatComparison(instruction, relation, type, shift, flush)
                : wholeComparison(instruction, relation, type);
        return Operations.comparison(relation + type + shift + flush, operation);
    }

    private static Loops.LongComparison wholeComparison(PtxInstruction instruction, String relation, PtxType type) {
        LongUnaryOperator widen = Numbers.widen(type);
        boolean unsigned64 = !type.isSigned() && type.bits() == Long.SIZE;
        // Unsigned numbers of 64 bits keep their order as signed ones when their highest bit is turned.
        LongUnaryOperator ordered = unsigned64 ? x -> x ^ Long.MIN_VALUE : widen;
        return switch (relation) {
            case "eq" -> (a, b) -> widen.applyAsLong(a) == widen.applyAsLong(b);
            case "ne" -> (a, b) -> widen.applyAsLong(a) != widen.applyAsLong(b);
            case "lt", "lo" -> (a, b) -> ordered.applyAsLong(a) < ordered.applyAsLong(b);
            case "le", "ls" -> (a, b) -> ordered.applyAsLong(a) <= ordered.applyAsLong(b);
            case "gt", "hi" -> (a, b) -> ordered.applyAsLong(a) > ordered.applyAsLong(b);
            case "ge", "hs" -> (a, b) -> ordered.applyAsLong(a) >= ordered.applyAsLong(b);
            default -> throw instruction.error("unknown relation " + relation);
        };
    }

    private static Loops.LongComparison floatComparison(
            PtxInstruction instruction, String relation, PtxType type, int shift, boolean flush) {
        LongToDoubleFunction plain = reader(type, shift);
        LongToDoubleFunction read = flush
                ? x -> {
                    double value = plain.applyAsDouble(x);
                    return Math.abs(value) < Float.MIN_NORMAL ? 0 : value;
                }
                : plain;
        return switch (relation) {
            case "eq" -> (a, b) -> read.applyAsDouble(a) == read.applyAsDouble(b);
            case "ne" ->
                (a, b) ->
                        read.applyAsDouble(a) < read.applyAsDouble(b) || read.applyAsDouble(a) > read.applyAsDouble(b);
            case "lt" -> (a, b) -> read.applyAsDouble(a) < read.applyAsDouble(b);
            case "le" -> (a, b) -> read.applyAsDouble(a) <= read.applyAsDouble(b);
            case "gt" -> (a, b) -> read.applyAsDouble(a) > read.applyAsDouble(b);
            case "ge" -> (a, b) -> read.applyAsDouble(a) >= read.applyAsDouble(b);
            // These hold for NaN too.
            case "equ" ->
                (a, b) -> !(read.applyAsDouble(a) < read.applyAsDouble(b)
                        || read.applyAsDouble(a) > read.applyAsDouble(b));
            case "neu" -> (a, b) -> read.applyAsDouble(a) != read.applyAsDouble(b);
            case "ltu" -> (a, b) -> !(read.applyAsDouble(a) >= read.applyAsDouble(b));
            case "leu" -> (a, b) -> !(read.applyAsDouble(a) > read.applyAsDouble(b));
            case "gtu" -> (a, b) -> !(read.applyAsDouble(a) <= read.applyAsDouble(b));
            case "geu" -> (a, b) -> !(read.applyAsDouble(a) < read.applyAsDouble(b));
            case "num" -> (a, b) -> !Double.isNaN(read.applyAsDouble(a)) && !Double.isNaN(read.applyAsDouble(b));
            case "nan" -> (a, b) -> Double.isNaN(read.applyAsDouble(a)) || Double.isNaN(read.applyAsDouble(b));
            default -> throw instruction.error("unknown relation " + relation);
        };
    }

    private static LongToDoubleFunction reader(PtxType type, int shift) {
        return switch (type) {
            case F64 -> Double::longBitsToDouble;
            case F32 -> x -> Float.intBitsToFloat((int) x);
            default -> {
                HalfFormat format = HalfFormat.of(type);
                yield x -> format.toFloat(x >>> shift);
            }
        };
    }

    /** {@code set}: all bits, or 1.0, where it holds. */
    private static Instruction set(PtxInstruction instruction, Frame frame) {
        PtxType to = instruction.types().get(0);
        PtxType type = instruction.types().get(1);
        int first = frame.read(instruction, instruction.operands().get(1), type);
        int second = frame.read(instruction, instruction.operands().get(2), type);
        int result = frame.write(instruction, instruction.operands().getFirst());
        if (instruction.operands().size() > 3 || (type.bits() != to.bits() && type == PtxType.F16X2)) {
            throw instruction.error("not supported by the virtual GPU");
        }
        String relation = instruction.modifiers().getFirst();
        Loops.LongComparison comparison = type.isFloat()
                ? floatComparison(instruction, relation, type, 0, instruction.has("ftz"))
                : wholeComparison(instruction, relation, type);
        long holds = to == PtxType.F32 ? Float.floatToRawIntBits(1f) : Numbers.mask(to);
        return Operations.binary(
                instruction.opcode(), (a, b) -> comparison.test(a, b) ? holds : 0, result, first, second);
    }

    private static Instruction testProperty(PtxInstruction instruction, Frame frame) {
        PtxType type = instruction.types().getFirst();
        LongToDoubleFunction read = reader(type, 0);
        double leastNormal = type == PtxType.F64 ? Double.MIN_NORMAL : Float.MIN_NORMAL;
        String property = instruction.modifiers().getFirst();
        Loops.LongComparison test = switch (property) {
            case "finite" -> (a, b) -> Double.isFinite(read.applyAsDouble(a));
            case "infinite" -> (a, b) -> Double.isInfinite(read.applyAsDouble(a));
            case "number" -> (a, b) -> !Double.isNaN(read.applyAsDouble(a));
            case "notanumber" -> (a, b) -> Double.isNaN(read.applyAsDouble(a));
            case "normal" ->
                (a, b) -> Double.isFinite(read.applyAsDouble(a)) && Math.abs(read.applyAsDouble(a)) >= leastNormal;
            case "subnormal" -> (a, b) -> read.applyAsDouble(a) != 0 && Math.abs(read.applyAsDouble(a)) < leastNormal;
            default -> throw instruction.error("unknown property " + property);
        };
        int operand = frame.read(instruction, instruction.operands().get(1), type);
        int result = frame.writePredicate(instruction, instruction.operands().getFirst());
        return new Compare(
                Operations.comparison(instruction.opcode(), test), operand, operand, result, -1, null, Logic.AND);
    }

    private static @Nullable Instruction predicateLogic(PtxInstruction instruction, Frame frame) {
        if (!instruction.types().contains(PtxType.PRED)
                && !frame.isPredicate(instruction.operands().getFirst())) {
            return null;
        }
        Frame.Predicate first =
                frame.readPredicate(instruction, instruction.operands().get(1));
        boolean unary = instruction.operands().size() == 2;
        Frame.Predicate second = unary
                ? first
                : frame.readPredicate(instruction, instruction.operands().get(2));
        int result = frame.writePredicate(instruction, instruction.operands().getFirst());
        Logic logic = unary ? Logic.AND : Logic.valueOf(instruction.name().toUpperCase(Locale.ROOT));
        return new PredicateLogic(
                result, first, second, logic, instruction.name().equals("not"));
    }

    /** How two predicates become one. */
    private enum Logic {
        AND,
        OR,
        XOR;

        static Logic of(PtxInstruction instruction) {
            return instruction.has("or") ? OR : instruction.has("xor") ? XOR : AND;
        }

        int apply(int first, int second) {
            return switch (this) {
                case AND -> first & second;
                case OR -> first | second;
                case XOR -> first ^ second;
            };
        }
    }

    private static int lanes(Warp warp, Frame.Predicate predicate) {
        int holds = warp.predicates()[predicate.index()];
        return predicate.negated() ? ~holds : holds;
    }

    private static void set(Warp warp, int predicate, int mask, int holds) {
        int[] predicates = warp.predicates();
        predicates[predicate] = (predicates[predicate] & ~mask) | (holds & mask);
    }

    private static final class Compare extends Instruction {
        private final Loops.Comparison loop;
        private final int first;
        private final int second;
        private final int result;
        private final int other;
        private final Frame.@Nullable Predicate combined;
        private final Logic logic;

        Compare(
                Loops.Comparison loop,
                int first,
                int second,
                int result,
                int other,
                Frame.@Nullable Predicate combined,
                Logic logic) {
            this.loop = loop;
            this.first = first * Warp.LANES;
            this.second = second * Warp.LANES;
            this.result = result;
            this.other = other;
            this.combined = combined;
            this.logic = logic;
        }

        @Override
        public void execute(Warp warp, int mask) {
            int holds = loop.run(warp.registers(), first, second, mask);
            int fails = ~holds;
            Frame.Predicate with = combined;
            if (with != null) {
                int lanes = lanes(warp, with);
                holds = logic.apply(holds, lanes);
                fails = logic.apply(fails, lanes);
            }
            set(warp, result, mask, holds);
            if (other >= 0) {
                set(warp, other, mask, fails);
            }
        }
    }

    private static final class ComparePair extends Instruction {
        private final Loops.Comparison low;
        private final Loops.Comparison high;
        private final int first;
        private final int second;
        private final int lowResult;
        private final int highResult;

        ComparePair(Loops.Comparison low, Loops.Comparison high, int first, int second, int lowResult, int highResult) {
            this.low = low;
            this.high = high;
            this.first = first * Warp.LANES;
            this.second = second * Warp.LANES;
            this.lowResult = lowResult;
            this.highResult = highResult;
        }

        @Override
        public void execute(Warp warp, int mask) {
            set(warp, lowResult, mask, low.run(warp.registers(), first, second, mask));
            if (highResult >= 0) {
                set(warp, highResult, mask, high.run(warp.registers(), first, second, mask));
            }
        }
    }

    private static final class PredicateLogic extends Instruction {
        private final int result;
        private final Frame.Predicate first;
        private final Frame.Predicate second;
        private final Logic logic;
        private final boolean negated;

        PredicateLogic(int result, Frame.Predicate first, Frame.Predicate second, Logic logic, boolean negated) {
            this.result = result;
            this.first = first;
            this.second = second;
            this.logic = logic;
            this.negated = negated;
        }

        @Override
        public void execute(Warp warp, int mask) {
            int holds = logic.apply(lanes(warp, first), lanes(warp, second));
            set(warp, result, mask, negated ? ~holds : holds);
        }
    }

    /** Chooses one of two numbers, which may be one that was never written as long as nothing is computed from it. */
    private static final class Select extends Instruction {
        private final int resultRow;
        private final int firstRow;
        private final int secondRow;
        private final Frame.Predicate predicate;

        Select(PtxInstruction instruction, Frame frame) {
            List<Operand> operands = instruction.operands();
            PtxType type = instruction.types().getFirst();
            firstRow = frame.readUnchecked(instruction, operands.get(1), type);
            secondRow = frame.readUnchecked(instruction, operands.get(2), type);
            predicate = frame.readPredicate(instruction, operands.get(3));
            resultRow = frame.writeUnchecked(instruction, operands.getFirst());
        }

        @Override
        public void execute(Warp warp, int mask) {
            long[] registers = warp.registers();
            int holds = lanes(warp, predicate);
            int result = resultRow * Warp.LANES;
            int first = firstRow * Warp.LANES;
            int second = secondRow * Warp.LANES;
            for (int lanes = mask; lanes != 0; lanes &= lanes - 1) {
                int lane = Integer.numberOfTrailingZeros(lanes);
                registers[result + lane] = registers[((holds >>> lane & 1) != 0 ? first : second) + lane];
            }
            int[] written = warp.written();
            int chosen = (written[firstRow] & holds) | (written[secondRow] & ~holds);
            written[resultRow] = (written[resultRow] & ~mask) | (chosen & mask);
        }
    }
}
