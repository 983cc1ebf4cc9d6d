package org.olmo4j.backend.cuda.virtual.instruction;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.olmo4j.backend.cuda.virtual.machine.ConvergentInstruction;
import org.olmo4j.backend.cuda.virtual.machine.Instruction;
import org.olmo4j.backend.cuda.virtual.machine.LaneMemory;
import org.olmo4j.backend.cuda.virtual.machine.Warp;
import org.olmo4j.backend.cuda.virtual.memory.Allocation;
import org.olmo4j.backend.cuda.virtual.ptx.Operand;
import org.olmo4j.backend.cuda.virtual.ptx.PtxInstruction;
import org.olmo4j.backend.cuda.virtual.ptx.PtxType;
import org.olmo4j.backend.cuda.virtual.ptx.StateSpace;

/** {@code ldmatrix}, {@code stmatrix} and {@code mma.sync}: 8x8 matrices and their products by a whole warp. */
final class MatrixInstructions {

    private static final int ROWS = 8;
    private static final int ROW_BYTES = 16;

    private MatrixInstructions() {}

    static @Nullable Instruction translate(PtxInstruction instruction, Frame frame) {
        return switch (instruction.name()) {
            case "ldmatrix" ->
                instruction.has("m8n8") && instruction.has("b16") ? new MoveMatrices(instruction, frame, true) : null;
            case "stmatrix" ->
                instruction.has("m8n8") && instruction.has("b16") ? new MoveMatrices(instruction, frame, false) : null;
            case "mma" -> MatrixProduct.of(instruction, frame);
            case "movmatrix" -> new Transpose(instruction, frame);
            default -> null;
        };
    }

    /** All lanes that have not ended must come. */
    abstract static class OfWholeWarp extends ConvergentInstruction {
        @Override
        public final int members(Warp warp, int active) {
            return -1;
        }
    }

    /**
     * Moves 1, 2 or 4 matrices of 8x8 numbers of 16 bits between shared memory and registers. Lane {@code 8 m + r} brings the address of row {@code r} of
     * matrix {@code m}; lane {@code 4 r + c} has the numbers {@code 2 c} and {@code 2 c + 1} of row {@code r} of each, or of column {@code r} if transposed.
     */
    private static final class MoveMatrices extends OfWholeWarp {
        private final boolean load;
        private final boolean transposed;
        private final Place place;
        private final StateSpace space;
        private final int[] rows;

        MoveMatrices(PtxInstruction instruction, Frame frame, boolean load) {
            this.load = load;
            transposed = instruction.has("trans");
            Operand address = instruction.operands().get(load ? 1 : 0);
            Operand values = instruction.operands().get(load ? 0 : 1);
            place = frame.place(instruction, address, Spaces.of(instruction));
            space = place.space();
            List<Operand> elements = values instanceof Operand.Vector vector ? vector.elements() : List.of(values);
            rows = elements.stream()
                    .mapToInt(element ->
                            load ? frame.write(instruction, element) : frame.read(instruction, element, PtxType.B32))
                    .map(row -> row * Warp.LANES)
                    .toArray();
            frame.noteSharedAccess(StateSpace.SHARED, transposed ? Short.BYTES : Integer.BYTES);
        }

        @Override
        public void execute(Warp warp, int mask) {
            for (int matrix = 0; matrix < rows.length; matrix++) {
                for (int row = 0; row < ROWS; row++) {
                    move(warp, matrix, row);
                }
            }
        }

        private void move(Warp warp, int matrix, int row) {
            LaneMemory memory = warp.memory();
            long[] registers = warp.registers();
            int addressLane = ROWS * matrix + row;
            long address = registers[place.base() * Warp.LANES + addressLane] + place.offset();
            Allocation allocation = memory.locate(space, addressLane, address, ROW_BYTES);
            long at = memory.offset();
            for (int column = 0; column < ROWS; column++) {
                int lane = transposed ? 4 * column + row / 2 : 4 * row + column / 2;
                int shift = 16 * ((transposed ? row : column) & 1);
                int register = rows[matrix] + lane;
                long offset = at + (long) Short.BYTES * column;
                if (load) {
                    long bits = memory.read(lane, allocation, offset, Short.BYTES);
                    registers[register] = (registers[register] & ~(0xFFFFL << shift)) | bits << shift;
                } else {
                    memory.write(lane, allocation, offset, Short.BYTES, registers[register] >>> shift);
                }
            }
        }
    }

    /** {@code movmatrix}: transposes a matrix of 8x8 numbers of 16 bits in registers. */
    private static final class Transpose extends OfWholeWarp {
        private final int result;
        private final int source;

        Transpose(PtxInstruction instruction, Frame frame) {
            source = frame.read(instruction, instruction.operands().get(1), PtxType.B32) * Warp.LANES;
            result = frame.write(instruction, instruction.operands().getFirst()) * Warp.LANES;
        }

        @Override
        public void execute(Warp warp, int mask) {
            long[] registers = warp.registers();
            long[] transposed = new long[Warp.LANES];
            for (int row = 0; row < ROWS; row++) {
                for (int column = 0; column < ROWS; column++) {
                    long bits = registers[source + 4 * row + column / 2] >>> (16 * (column & 1)) & 0xFFFF;
                    transposed[4 * column + row / 2] |= bits << (16 * (row & 1));
                }
            }
            System.arraycopy(transposed, 0, registers, result, Warp.LANES);
        }
    }
}
