package org.olmo4j.backend.cuda.virtual;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.olmo4j.backend.cuda.virtual.memory.Allocation;

/** Products of matrices by a whole warp, and the moves between memory and registers that go with them. */
class MatrixInstructionsTest {

    @ParameterizedTest
    @CsvSource({
        "m16n8k8, f16, 8, 2, 1",
        "m16n8k16, f16, 16, 4, 2",
        "m16n8k8, bf16, 8, 2, 1",
        "m16n8k16, bf16, 16, 4, 2",
        "m16n8k16, s8, 16, 2, 1",
        "m16n8k32, s8, 32, 4, 2",
        "m16n8k8, tf32, 8, 4, 2",
    })
    void multipliesMatricesOfAllShapes(String shape, String type, int depth, int registersA, int registersB) {
        boolean whole = type.equals("s8");
        String accumulator = whole ? "s32" : "f32";
        StringBuilder body = new StringBuilder();
        loadRegisters(body, "%rd1", 10, registersA);
        loadRegisters(body, "%rd2", 20, registersB);
        loadRegisters(body, "%rd3", 24, 4);
        body.append("mma.sync.aligned.%s.row.col.%s.%s.%s.%s {%%r1, %%r2, %%r3, %%r4}, {%s}, {%s}, {%s};\n"
                .formatted(
                        shape,
                        accumulator,
                        type,
                        type,
                        accumulator,
                        names(10, registersA),
                        names(20, registersB),
                        names(24, 4)));
        body.append("mul.wide.u32 %rd10, %r0, 16;\n"
                + "add.s64 %rd11, %rd0, %rd10;\n"
                + "st.global.v4.u32 [%rd11], {%r1, %r2, %r3, %r4};");
        Random random = new Random(depth);
        int[][] a = matrix(random, 16, depth);
        int[][] b = matrix(random, 8, depth);
        int[][] c = matrix(random, 16, 8);
        int perRegister = type.equals("s8") ? 4 : type.equals("tf32") ? 1 : 2;
        try (KernelRunner runner = KernelRunner.of(body.toString())) {
            Allocation out = runner.allocate(32 * 16);
            // The manual's layout: lane 4 g + t has rows g and g + 8 of A and column g of B, four lanes side by side
            // along K.
            int[] packedA = new int[32 * registersA];
            int[] packedB = new int[32 * registersB];
            int[] packedC = new int[32 * 4];
            for (int lane = 0; lane < 32; lane++) {
                int g = lane / 4;
                int t = lane % 4;
                for (int i = 0; i < registersA; i++) {
                    packedA[lane * registersA + i] = pack(a[g + 8 * (i % 2)], (i / 2 * 4 + t) * perRegister, type);
                }
                for (int i = 0; i < registersB; i++) {
                    packedB[lane * registersB + i] = pack(b[g], (i * 4 + t) * perRegister, type);
                }
                for (int i = 0; i < 4; i++) {
                    int value = c[g + 8 * (i / 2)][2 * t + i % 2];
                    packedC[lane * 4 + i] = whole ? value : Float.floatToIntBits(value);
                }
            }

            runner.run(
                    1,
                    32,
                    out.base(),
                    runner.ints(packedA).base(),
                    runner.ints(packedB).base(),
                    runner.ints(packedC).base());

            int[] result = runner.ints(out);
            for (int lane = 0; lane < 32; lane++) {
                for (int i = 0; i < 4; i++) {
                    int row = lane / 4 + 8 * (i / 2);
                    int column = 2 * (lane % 4) + i % 2;
                    int expected = c[row][column];
                    for (int k = 0; k < depth; k++) {
                        expected += a[row][k] * b[column][k];
                    }
                    int bits = result[lane * 4 + i];
                    assertThat(whole ? bits : (int) Float.intBitsToFloat(bits)).isEqualTo(expected);
                }
            }
        }
    }

    private static int[][] matrix(Random random, int rows, int columns) {
        int[][] matrix = new int[rows][columns];
        for (int[] row : matrix) {
            Arrays.setAll(row, i -> random.nextInt(-20, 21));
        }
        return matrix;
    }

    private static int pack(int[] row, int from, String type) {
        return switch (type) {
            case "s8" ->
                row[from] & 0xFF | (row[from + 1] & 0xFF) << 8 | (row[from + 2] & 0xFF) << 16 | row[from + 3] << 24;
            case "tf32" -> Float.floatToIntBits(row[from]);
            case "f16" -> Float.floatToFloat16(row[from]) & 0xFFFF | Float.floatToFloat16(row[from + 1]) << 16;
            default -> Float.floatToIntBits(row[from]) >>> 16 | Float.floatToIntBits(row[from + 1]) & 0xFFFF_0000;
        };
    }

    private static void loadRegisters(StringBuilder body, String base, int first, int count) {
        body.append("mul.wide.u32 %%rd10, %%r0, %d;\nadd.s64 %%rd11, %s, %%rd10;\n".formatted(4 * count, base));
        for (int i = 0; i < count; i++) {
            body.append("ld.global.u32 %%r%d, [%%rd11+%d];\n".formatted(first + i, 4 * i));
        }
    }

    private static String names(int first, int count) {
        return String.join(
                ", ",
                IntStream.range(first, first + count).mapToObj(i -> "%r" + i).toList());
    }

    @Test
    void loadsMatricesTransposed() {
        // Row r of the matrix holds 8 r to 8 r + 7 as 16-bit numbers.
        String body = """
            .shared .align 16 .b8 matrix[128];
            mov.u32 %r2, matrix;
            shl.b32 %r3, %r0, 2;
            add.s32 %r4, %r2, %r3;
            shl.b32 %r5, %r0, 1;
            add.s32 %r6, %r5, 1;
            shl.b32 %r7, %r6, 16;
            or.b32 %r8, %r7, %r5;
            st.shared.u32 [%r4], %r8;
            bar.sync 0;
            and.b32 %r9, %r0, 7;
            shl.b32 %r10, %r9, 4;
            add.s32 %r11, %r2, %r10;
            ldmatrix.sync.aligned.m8n8.x1.trans.shared.b16 {%r1}, [%r11];
            movmatrix.sync.aligned.m8n8.trans.b16 %r12, %r1;
            setp.ne.u32 %p1, %r12, %r8;
            @%p1 trap;
            """;

        // Lane 4 c + p has of column c the rows 2 p and 2 p + 1.
        assertThat(ThreadResults.of(body, 1, 32)).isEqualTo(ThreadResults.expect(32, lane -> {
            int column = lane / 4;
            int row = 2 * (lane % 4);
            return 8 * row + column | (8 * (row + 1) + column) << 16;
        }));
    }

    @Test
    void copiesAsynchronouslyWithZerosForTheRest() {
        try (KernelRunner runner = KernelRunner.of("""
            .shared .align 16 .b8 staged[32];
            mov.u32 %r1, staged;
            cp.async.cg.shared.global.L2::128B [%r1], [%rd0], 16;
            cp.async.commit_group;
            cp.async.ca.shared.global [%r1+16], [%rd0], 16, 8;
            cp.async.wait_all;
            ld.shared.v4.u32 {%r2, %r3, %r4, %r5}, [staged];
            st.global.v4.u32 [%rd1], {%r2, %r3, %r4, %r5};
            ld.shared.v4.u32 {%r2, %r3, %r4, %r5}, [staged+16];
            st.global.v4.u32 [%rd1+16], {%r2, %r3, %r4, %r5};
            """)) {
            Allocation out = runner.allocate(32);

            runner.run(1, 1, runner.ints(1, 2, 3, 4).base(), out.base());

            assertThat(runner.ints(out)).containsExactly(1, 2, 3, 4, 1, 2, 0, 0);
        }
    }
}
