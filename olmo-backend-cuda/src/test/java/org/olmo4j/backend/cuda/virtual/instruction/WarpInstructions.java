package org.olmo4j.backend.cuda.virtual.instruction;

import java.util.List;
import java.util.function.LongBinaryOperator;
import org.jspecify.annotations.Nullable;
import org.olmo4j.backend.cuda.virtual.machine.ConvergentInstruction;
import org.olmo4j.backend.cuda.virtual.machine.Instruction;
import org.olmo4j.backend.cuda.virtual.machine.KernelFault;
import org.olmo4j.backend.cuda.virtual.machine.Warp;
import org.olmo4j.backend.cuda.virtual.ptx.Operand;
import org.olmo4j.backend.cuda.virtual.ptx.PtxInstruction;
import org.olmo4j.backend.cuda.virtual.ptx.PtxType;

/** What the lanes of a warp do together: shuffles, votes, matches, reductions (PTX ISA, "Parallel Synchronization and Communication"). */
final class WarpInstructions {

    private WarpInstructions() {}

    static @Nullable Instruction translate(PtxInstruction instruction, Frame frame) {
        return switch (instruction.name()) {
            case "shfl" -> instruction.has("sync") ? new Shuffle(instruction, frame) : null;
            case "vote" -> instruction.has("sync") ? new Vote(instruction, frame) : null;
            case "match" -> new Match(instruction, frame);
            case "redux" -> new Reduce(instruction, frame, operation(instruction));
            case "activemask" ->
                new ActiveMask(frame.write(instruction, instruction.operands().getFirst()));
            case "elect" -> new Elect(instruction, frame);
            default -> null;
        };
    }

    private static LongBinaryOperator operation(PtxInstruction instruction) {
        return switch (instruction.modifiers().get(1)) {
            case "add" -> Long::sum;
            case "min" -> Math::min;
            case "max" -> Math::max;
            case "and" -> (a, b) -> a & b;
            case "or" -> (a, b) -> a | b;
            case "xor" -> (a, b) -> a ^ b;
            default -> throw instruction.error("unknown operation");
        };
    }

    /** An instruction whose last operand is the mask of its members. */
    private abstract static class OfMembers extends ConvergentInstruction {
        private final int members;

        OfMembers(PtxInstruction instruction, Frame frame) {
            members = frame.read(instruction, instruction.operands().getLast(), PtxType.B32) * Warp.LANES;
        }

        @Override
        public final int members(Warp warp, int active) {
            return (int) warp.registers()[members + Integer.numberOfTrailingZeros(active)];
        }

        /** The lanes that take part; faults if one of those that are here is none of the members, or names others. */
        final int participants(Warp warp, int mask) {
            int first = (int) warp.registers()[members + Integer.numberOfTrailingZeros(mask)];
            for (int lanes = mask; lanes != 0; lanes &= lanes - 1) {
                int lane = Integer.numberOfTrailingZeros(lanes);
                int named = (int) warp.registers()[members + lane];
                if (named != first || (named >>> lane & 1) == 0) {
                    throw warp.fault(
                            KernelFault.Kind.ILLEGAL_INSTRUCTION,
                            lane,
                            "the member mask %08x does not fit the lanes %08x that execute the instruction together"
                                    .formatted(named, mask));
                }
            }
            return mask;
        }
    }

    private static void setPredicate(Warp warp, int predicate, int mask, int holds) {
        int[] predicates = warp.predicates();
        predicates[predicate] = (predicates[predicate] & ~mask) | (holds & mask);
    }

    private static final class Shuffle extends OfMembers {
        private enum Direction {
            UP,
            DOWN,
            BUTTERFLY,
            INDEX
        }

        private final Direction direction;
        private final int result;
        private final int inRange;
        private final int value;
        private final int distance;
        private final int clamp;

        Shuffle(PtxInstruction instruction, Frame frame) {
            super(instruction, frame);
            direction = switch (instruction.modifiers().get(1)) {
                case "up" -> Direction.UP;
                case "down" -> Direction.DOWN;
                case "bfly" -> Direction.BUTTERFLY;
                default -> Direction.INDEX;
            };
            List<Operand> operands = instruction.operands();
            value = frame.read(instruction, operands.get(1), PtxType.B32) * Warp.LANES;
            distance = frame.read(instruction, operands.get(2), PtxType.B32) * Warp.LANES;
            clamp = frame.read(instruction, operands.get(3), PtxType.B32) * Warp.LANES;
            if (operands.getFirst() instanceof Operand.Pair pair) {
                result = frame.write(instruction, pair.first()) * Warp.LANES;
                inRange = frame.writePredicate(instruction, pair.second());
            } else {
                result = frame.write(instruction, operands.getFirst()) * Warp.LANES;
                inRange = -1;
            }
        }

        @Override
        public void execute(Warp warp, int mask) {
            participants(warp, mask);
            long[] registers = warp.registers();
            long[] before = new long[Warp.LANES];
            System.arraycopy(registers, value, before, 0, Warp.LANES);
            int within = 0;
            for (int lanes = mask; lanes != 0; lanes &= lanes - 1) {
                int lane = Integer.numberOfTrailingZeros(lanes);
                int source = source(lane, (int) registers[distance + lane] & 31, (int) registers[clamp + lane]);
                if (source >= 0) {
                    within |= 1 << lane;
                } else {
                    source = lane;
                }
                if ((mask >>> source & 1) == 0) {
                    throw warp.fault(
                            KernelFault.Kind.ILLEGAL_INSTRUCTION,
                            lane,
                            "shuffles the value of lane " + source + ", which takes no part");
                }
                registers[result + lane] = before[source];
            }
            if (inRange >= 0) {
                setPredicate(warp, inRange, mask, within);
            }
        }

        /** The lane whose value a lane gets; -1 if that is out of range. */
        private int source(int lane, int by, int limits) {
            int segment = limits >>> 8 & 31;
            int limit = limits & 31;
            int last = (lane & segment) | (limit & ~segment);
            return switch (direction) {
                case UP -> lane - by >= last ? lane - by : -1;
                case DOWN -> lane + by <= last ? lane + by : -1;
                case BUTTERFLY -> (lane ^ by) <= last ? lane ^ by : -1;
                case INDEX -> {
                    int source = (lane & segment) | (by & ~segment);
                    yield source <= last ? source : -1;
                }
            };
        }
    }

    private static final class Vote extends OfMembers {
        private final String mode;
        private final int resultRow;
        private final int resultPredicate;
        private final Frame.Predicate predicate;

        Vote(PtxInstruction instruction, Frame frame) {
            super(instruction, frame);
            mode = instruction.modifiers().get(1);
            Operand result = instruction.operands().getFirst();
            boolean ballot = mode.equals("ballot");
            resultRow = ballot ? frame.write(instruction, result) * Warp.LANES : -1;
            resultPredicate = ballot ? -1 : frame.writePredicate(instruction, result);
            predicate = frame.readPredicate(instruction, instruction.operands().get(1));
        }

        @Override
        public void execute(Warp warp, int mask) {
            participants(warp, mask);
            int value = warp.predicates()[predicate.index()];
            int votes = (predicate.negated() ? ~value : value) & mask;
            if (resultRow >= 0) {
                fill(warp, resultRow, mask, votes & 0xFFFF_FFFFL);
                return;
            }
            boolean holds = switch (mode) {
                case "all" -> votes == mask;
                case "any" -> votes != 0;
                default -> votes == mask || votes == 0;
            };
            setPredicate(warp, resultPredicate, mask, holds ? -1 : 0);
        }
    }

    private static void fill(Warp warp, int row, int mask, long value) {
        for (int lanes = mask; lanes != 0; lanes &= lanes - 1) {
            warp.registers()[row + Integer.numberOfTrailingZeros(lanes)] = value;
        }
    }

    private static final class Match extends OfMembers {
        private final boolean all;
        private final int result;
        private final int allEqual;
        private final int value;
        private final long valueMask;

        Match(PtxInstruction instruction, Frame frame) {
            super(instruction, frame);
            all = instruction.has("all");
            PtxType type = instruction.types().getFirst();
            value = frame.read(instruction, instruction.operands().get(1), type) * Warp.LANES;
            valueMask = Numbers.mask(type);
            if (instruction.operands().getFirst() instanceof Operand.Pair pair) {
                result = frame.write(instruction, pair.first()) * Warp.LANES;
                allEqual = frame.writePredicate(instruction, pair.second());
            } else {
                result = frame.write(instruction, instruction.operands().getFirst()) * Warp.LANES;
                allEqual = -1;
            }
        }

        @Override
        public void execute(Warp warp, int mask) {
            participants(warp, mask);
            long[] registers = warp.registers();
            long[] results = new long[Warp.LANES];
            int equal = 0;
            for (int lanes = mask; lanes != 0; lanes &= lanes - 1) {
                int lane = Integer.numberOfTrailingZeros(lanes);
                int same = 0;
                for (int others = mask; others != 0; others &= others - 1) {
                    int other = Integer.numberOfTrailingZeros(others);
                    same |= ((registers[value + lane] ^ registers[value + other]) & valueMask) == 0 ? 1 << other : 0;
                }
                results[lane] = (!all || same == mask ? same : 0) & 0xFFFF_FFFFL;
                equal |= same == mask ? 1 << lane : 0;
            }
            for (int lanes = mask; lanes != 0; lanes &= lanes - 1) {
                int lane = Integer.numberOfTrailingZeros(lanes);
                registers[result + lane] = results[lane];
            }
            if (allEqual >= 0) {
                setPredicate(warp, allEqual, mask, equal);
            }
        }
    }

    private static final class Reduce extends OfMembers {
        private final int result;
        private final int value;
        private final PtxType type;
        private final LongBinaryOperator operation;

        Reduce(PtxInstruction instruction, Frame frame, LongBinaryOperator operation) {
            super(instruction, frame);
            type = instruction.types().getFirst();
            if (type.isFloat()) {
                throw instruction.error("not supported by the virtual GPU");
            }
            this.operation = operation;
            value = frame.read(instruction, instruction.operands().get(1), type) * Warp.LANES;
            result = frame.write(instruction, instruction.operands().getFirst()) * Warp.LANES;
        }

        @Override
        public void execute(Warp warp, int mask) {
            participants(warp, mask);
            long[] registers = warp.registers();
            var widen = Numbers.widen(type);
            long reduced = widen.applyAsLong(registers[value + Integer.numberOfTrailingZeros(mask)]);
            for (int lanes = mask & mask - 1; lanes != 0; lanes &= lanes - 1) {
                reduced = operation.applyAsLong(
                        reduced, widen.applyAsLong(registers[value + Integer.numberOfTrailingZeros(lanes)]));
            }
            fill(warp, result, mask, reduced);
        }
    }

    private static final class ActiveMask extends Instruction {
        private final int result;

        ActiveMask(int result) {
            this.result = result * Warp.LANES;
        }

        @Override
        public void execute(Warp warp, int mask) {
            fill(warp, result, mask, mask & 0xFFFF_FFFFL);
        }
    }

    /** {@code elect.sync}: one of the lanes, always the first. */
    private static final class Elect extends OfMembers {
        private final int result;
        private final int elected;

        Elect(PtxInstruction instruction, Frame frame) {
            super(instruction, frame);
            Operand.Pair pair = (Operand.Pair) instruction.operands().getFirst();
            result = frame.write(instruction, pair.first()) * Warp.LANES;
            elected = frame.writePredicate(instruction, pair.second());
        }

        @Override
        public void execute(Warp warp, int mask) {
            participants(warp, mask);
            int first = Integer.numberOfTrailingZeros(mask);
            fill(warp, result, mask, first);
            setPredicate(warp, elected, mask, 1 << first);
        }
    }
}
