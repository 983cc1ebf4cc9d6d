package org.olmo4j.backend.cuda.virtual.instruction;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.olmo4j.backend.cuda.virtual.machine.Instruction;
import org.olmo4j.backend.cuda.virtual.machine.Warp;
import org.olmo4j.backend.cuda.virtual.memory.Windows;
import org.olmo4j.backend.cuda.virtual.ptx.Operand;
import org.olmo4j.backend.cuda.virtual.ptx.PtxInstruction;
import org.olmo4j.backend.cuda.virtual.ptx.PtxType;
import org.olmo4j.backend.cuda.virtual.ptx.StateSpace;

/** {@code mov} between registers, also of several packed into one, and of the clocks. */
final class MovementInstructions {

    private MovementInstructions() {}

    static @Nullable Instruction translate(PtxInstruction instruction, Frame frame) {
        if (!instruction.name().equals("mov")) {
            return null;
        }
        PtxType type = instruction.types().getFirst();
        Operand to = instruction.operands().get(0);
        Operand from = instruction.operands().get(1);
        if (from instanceof Operand.Vector vector) {
            return new Pack(instruction, frame, vector.elements(), to, type);
        }
        if (to instanceof Operand.Vector vector) {
            return new Unpack(instruction, frame, vector.elements(), from, type);
        }
        if (from instanceof Operand.Special special
                && special.name().matches("%clock(64|_hi)?|%globaltimer(_lo|_hi)?")) {
            return new Clock(frame.write(instruction, to), special.name().endsWith("_hi"));
        }
        return new Move(frame.writeUnchecked(instruction, to), frame.readUnchecked(instruction, from, type));
    }

    /** Takes what was never written along, as compilers do, too, with values that nobody looks at. */
    private static final class Move extends Instruction {
        private final int to;
        private final int from;

        Move(int to, int from) {
            this.to = to;
            this.from = from;
        }

        @Override
        public void execute(Warp warp, int mask) {
            long[] registers = warp.registers();
            if (mask == -1) {
                System.arraycopy(registers, from * Warp.LANES, registers, to * Warp.LANES, Warp.LANES);
            } else {
                for (int lanes = mask; lanes != 0; lanes &= lanes - 1) {
                    int lane = Integer.numberOfTrailingZeros(lanes);
                    registers[to * Warp.LANES + lane] = registers[from * Warp.LANES + lane];
                }
            }
            int[] written = warp.written();
            written[to] = (written[to] & ~mask) | (written[from] & mask);
        }
    }

    private static final class Pack extends Instruction {
        private final int to;
        private final int[] from;
        private final int elementBits;

        Pack(PtxInstruction instruction, Frame frame, List<Operand> elements, Operand to, PtxType type) {
            elementBits = type.bits() / elements.size();
            from = elements.stream()
                    .mapToInt(element -> frame.read(instruction, element, PtxType.B64))
                    .toArray();
            this.to = frame.write(instruction, to);
        }

        @Override
        public void execute(Warp warp, int mask) {
            long[] registers = warp.registers();
            long elementMask = (1L << elementBits) - 1;
            for (int lanes = mask; lanes != 0; lanes &= lanes - 1) {
                int lane = Integer.numberOfTrailingZeros(lanes);
                long packed = 0;
                for (int i = from.length - 1; i >= 0; i--) {
                    packed = packed << elementBits | (registers[from[i] * Warp.LANES + lane] & elementMask);
                }
                registers[to * Warp.LANES + lane] = packed;
            }
        }
    }

    private static final class Unpack extends Instruction {
        private final int[] to;
        private final int from;
        private final int elementBits;

        Unpack(PtxInstruction instruction, Frame frame, List<Operand> elements, Operand from, PtxType type) {
            elementBits = type.bits() / elements.size();
            this.from = frame.read(instruction, from, type);
            to = elements.stream()
                    .mapToInt(element -> frame.write(instruction, element))
                    .toArray();
        }

        @Override
        public void execute(Warp warp, int mask) {
            long[] registers = warp.registers();
            long elementMask = (1L << elementBits) - 1;
            for (int lanes = mask; lanes != 0; lanes &= lanes - 1) {
                int lane = Integer.numberOfTrailingZeros(lanes);
                long packed = registers[from * Warp.LANES + lane];
                for (int element : to) {
                    registers[element * Warp.LANES + lane] = packed & elementMask;
                    packed >>>= elementBits;
                }
            }
        }
    }

    /** A time that goes on, and is no measure of anything. */
    private static final class Clock extends Instruction {
        private final int to;
        private final boolean upperHalf;

        Clock(int to, boolean upperHalf) {
            this.to = to;
            this.upperHalf = upperHalf;
        }

        @Override
        public void execute(Warp warp, int mask) {
            long now = System.nanoTime();
            for (int lanes = mask; lanes != 0; lanes &= lanes - 1) {
                warp.registers()[to * Warp.LANES + Integer.numberOfTrailingZeros(lanes)] = upperHalf ? now >>> 32 : now;
            }
        }
    }

    /** {@code isspacep}: whether a generic address lies in a space. */
    static final class IsInSpace extends Instruction {
        private final int result;
        private final int address;
        private final StateSpace space;

        IsInSpace(PtxInstruction instruction, Frame frame, StateSpace space) {
            this.space = space;
            address = frame.read(instruction, instruction.operands().get(1), PtxType.U64) * Warp.LANES;
            result = frame.writePredicate(instruction, instruction.operands().getFirst());
        }

        @Override
        public void execute(Warp warp, int mask) {
            int holds = 0;
            for (int lanes = mask; lanes != 0; lanes &= lanes - 1) {
                int lane = Integer.numberOfTrailingZeros(lanes);
                holds |= contains(warp.registers()[address + lane]) ? 1 << lane : 0;
            }
            warp.predicates()[result] = (warp.predicates()[result] & ~mask) | holds;
        }

        private boolean contains(long at) {
            boolean shared = Windows.contains(Windows.SHARED, at);
            boolean local = Windows.contains(Windows.LOCAL, at);
            boolean parameter = Windows.contains(Windows.PARAMETERS, at);
            return switch (space) {
                case SHARED -> shared;
                case LOCAL -> local;
                case PARAM -> parameter;
                default -> !shared && !local && !parameter;
            };
        }
    }
}
