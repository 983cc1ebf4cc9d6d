package org.olmo4j.backend.cuda.virtual.instruction;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.olmo4j.backend.cuda.virtual.machine.Instruction;
import org.olmo4j.backend.cuda.virtual.machine.Warp;
import org.olmo4j.backend.cuda.virtual.ptx.Operand;
import org.olmo4j.backend.cuda.virtual.ptx.PtxInstruction;
import org.olmo4j.backend.cuda.virtual.ptx.PtxType;

/**
 * {@code mma.sync.m16n8kK}: D = A B + C, A of 16xK numbers, B of Kx8, C and D of 16x8. The products are exact, their sum is a double, rounded once; tensor
 * cores cut off bits of the sum in ways of their own.
 *
 * <p>Registers of 32 bits hold 1, 2 or 4 numbers, which are neighbours along K. Lane {@code 4 g + t} has of A the rows {@code g} and {@code g + 8}, of B the
 * column {@code g}, of both the {@code t}th register of each four along K; of C and D the columns {@code 2 t} and {@code 2 t + 1} of the rows {@code g} and
 * {@code g + 8}.
 */
final class MatrixProduct extends MatrixInstructions.OfWholeWarp {

    private static final int ROWS = 16;
    private static final int COLUMNS = 8;
    private static final int GROUPS = 8;

    private final PtxType typeA;
    private final PtxType typeB;
    private final PtxType typeC;
    private final PtxType typeD;
    private final int depth;
    private final int[] a;
    private final int[] b;
    private final int[] c;
    private final int[] d;

    private MatrixProduct(PtxInstruction instruction, Frame frame, int depth) {
        this.depth = depth;
        List<PtxType> types = instruction.types();
        typeD = types.get(0);
        typeA = types.get(1);
        typeB = types.get(2);
        typeC = types.get(3);
        a = rows(instruction, frame, 1);
        b = rows(instruction, frame, 2);
        c = rows(instruction, frame, 3);
        d = elements(instruction.operands().getFirst()).stream()
                .mapToInt(element -> frame.write(instruction, element) * Warp.LANES)
                .toArray();
    }

    static @Nullable Instruction of(PtxInstruction instruction, Frame frame) {
        String shape = instruction.modifiers().stream()
                .filter(modifier -> modifier.matches("m\\d+n\\d+k\\d+"))
                .findFirst()
                .orElse("");
        if (!shape.startsWith("m16n8k") || instruction.types().size() != 4 || instruction.has("sp")) {
            return null;
        }
        for (PtxType type : instruction.types()) {
            switch (type) {
                case F16, BF16, TF32, F32, S8, U8, S32 -> {
                    // Supported.
                }
                default -> {
                    return null;
                }
            }
        }
        return new MatrixProduct(instruction, frame, Integer.parseInt(shape.substring("m16n8k".length())));
    }

    private static List<Operand> elements(Operand operand) {
        return operand instanceof Operand.Vector vector ? vector.elements() : List.of(operand);
    }

    private static int[] rows(PtxInstruction instruction, Frame frame, int operand) {
        return elements(instruction.operands().get(operand)).stream()
                .mapToInt(element -> frame.read(instruction, element, PtxType.B32) * Warp.LANES)
                .toArray();
    }

    @Override
    public void execute(Warp warp, int mask) {
        long[] registers = warp.registers();
        double[] valuesA = new double[ROWS * depth];
        double[] valuesB = new double[COLUMNS * depth];
        int perRegister = Integer.SIZE / typeA.bits();
        for (int k = 0; k < depth; k++) {
            int thread = k / perRegister % 4;
            int quarter = k / perRegister / 4;
            int shift = k % perRegister * typeA.bits();
            for (int group = 0; group < GROUPS; group++) {
                int lane = 4 * group + thread;
                valuesA[group * depth + k] = value(typeA, registers[a[2 * quarter] + lane] >>> shift);
                valuesA[(group + GROUPS) * depth + k] = value(typeA, registers[a[2 * quarter + 1] + lane] >>> shift);
                valuesB[group * depth + k] = value(typeB, registers[b[quarter] + lane] >>> shift);
            }
        }
        for (int row = 0; row < ROWS; row++) {
            for (int column = 0; column < COLUMNS; column++) {
                double sum = read(registers, typeC, c, row, column);
                for (int k = 0; k < depth; k++) {
                    sum += valuesA[row * depth + k] * valuesB[column * depth + k];
                }
                write(registers, row, column, sum);
            }
        }
    }

    private static double value(PtxType type, long bits) {
        return switch (type) {
            case F16 -> HalfFormat.F16.toFloat(bits);
            case BF16 -> HalfFormat.BF16.toFloat(bits);
            case S8 -> (byte) bits;
            case U8 -> bits & 0xFF;
            // Tensor cores do not look at the lowest 13 bits.
            case TF32 -> Float.intBitsToFloat((int) bits & ~0x1FFF);
            default -> Float.intBitsToFloat((int) bits);
        };
    }

    private static int lane(int row, int column) {
        return 4 * (row % GROUPS) + column / 2;
    }

    private static double read(long[] registers, PtxType type, int[] rows, int row, int column) {
        int half = row / GROUPS;
        return switch (type) {
            case F16 -> HalfFormat.F16.toFloat(registers[rows[half] + lane(row, column)] >>> (16 * (column & 1)));
            case S32 -> (int) registers[rows[2 * half + (column & 1)] + lane(row, column)];
            default -> Float.intBitsToFloat((int) registers[rows[2 * half + (column & 1)] + lane(row, column)]);
        };
    }

    private void write(long[] registers, int row, int column, double sum) {
        int half = row / GROUPS;
        int lane = lane(row, column);
        switch (typeD) {
            case F16 -> {
                int shift = 16 * (column & 1);
                int register = d[half] + lane;
                registers[register] =
                        (registers[register] & ~(0xFFFFL << shift)) | HalfFormat.F16.fromDouble(sum) << shift;
            }
            // Wraps around, as the sums of a double of such a depth are exact.
            case S32 -> registers[d[2 * half + (column & 1)] + lane] = (int) (long) sum;
            default ->
                registers[d[2 * half + (column & 1)] + lane] = Float.floatToRawIntBits((float) sum) & 0xFFFF_FFFFL;
        }
    }
}
