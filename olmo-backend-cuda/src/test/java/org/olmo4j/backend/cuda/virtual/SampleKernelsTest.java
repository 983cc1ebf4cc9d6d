package org.olmo4j.backend.cuda.virtual;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Kernels that nvcc has compiled, from the load of their PTX to their results, through the driver's functions. */
class SampleKernelsTest {

    private static String samples(int architecture) throws IOException {
        try (InputStream file = SampleKernelsTest.class.getResourceAsStream("samples_" + architecture + ".ptx")) {
            return new String(file.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static VirtualGpu gpu(int architecture) {
        return VirtualGpu.builder()
                .computeCapability(architecture / 10, architecture % 10)
                .build();
    }

    private static float[] randomFloats(Random random, int count) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }

    @ParameterizedTest
    @ValueSource(ints = {75, 80, 90})
    void addsVectorsOfALengthThatFillsNoBlock(int architecture) throws IOException {
        try (VirtualGpu gpu = gpu(architecture)) {
            RawDriver driver = RawDriver.withContext(gpu);
            int length = 1003;
            Random random = new Random(1);
            float[] a = randomFloats(random, length);
            float[] b = randomFloats(random, length);
            long first = driver.upload(a);
            long second = driver.upload(b);
            long sum = driver.allocate((long) length * Float.BYTES);
            long module = driver.load(samples(architecture));

            driver.launch(0, driver.kernel(module, "vadd"), 8, 128, 0, first, second, sum, length);

            float[] result = driver.downloadFloats(sum, length);
            for (int i = 0; i < length; i++) {
                assertThat(result[i]).isEqualTo(a[i] + b[i]);
            }
            assertThat(gpu.counters().launches("vadd")).isEqualTo(1);
            driver.free(first, second, sum);
            driver.end(module);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {75, 80, 90})
    void sumsUpThroughSharedMemoryBarriersAndAtomics(int architecture) throws IOException {
        try (VirtualGpu gpu = gpu(architecture)) {
            RawDriver driver = RawDriver.withContext(gpu);
            int length = 10_000;
            float[] values = new float[length];
            for (int i = 0; i < length; i++) {
                values[i] = i % 7;
            }
            long memory = driver.upload(values);
            long total = driver.upload(0f);
            long module = driver.load(samples(architecture));

            driver.launch(0, driver.kernel(module, "reduce"), 6, 256, 0, memory, total, length);

            // Whole numbers, so that the order of the additions makes no difference: 1428 times 0 + 1 + ... + 6, and 0
            // + 1 + 2 + 3.
            assertThat(driver.downloadFloats(total, 1)).containsExactly(1428 * 21 + 6);
            driver.free(memory, total);
            driver.end(module);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {75, 80, 90})
    void multipliesAMatrixByAVectorThroughDynamicSharedMemoryAndShuffles(int architecture) throws IOException {
        try (VirtualGpu gpu = gpu(architecture)) {
            RawDriver driver = RawDriver.withContext(gpu);
            int rows = 37;
            int columns = 328;
            Random random = new Random(2);
            short[] weights = new short[rows * columns];
            for (int i = 0; i < weights.length; i++) {
                weights[i] = (short) (Float.floatToIntBits((float) random.nextGaussian()) >>> 16);
            }
            float[] x = randomFloats(random, columns);
            long matrix = driver.upload(weights);
            long vector = driver.upload(x);
            long product = driver.allocate((long) rows * Float.BYTES);
            long module = driver.load(samples(architecture));

            driver.launch(
                    0,
                    driver.kernel(module, "gemv"),
                    10,
                    128,
                    columns * Float.BYTES,
                    matrix,
                    vector,
                    product,
                    rows,
                    columns);

            float[] result = driver.downloadFloats(product, rows);
            for (int row = 0; row < rows; row++) {
                double expected = 0;
                double magnitude = 0;
                for (int column = 0; column < columns; column++) {
                    double term = Float.intBitsToFloat(weights[row * columns + column] << 16) * (double) x[column];
                    expected += term;
                    magnitude += Math.abs(term);
                }
                assertThat((double) result[row]).isCloseTo(expected, within(magnitude * 1e-6));
            }
            driver.free(matrix, vector, product);
            driver.end(module);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {80, 90})
    void multipliesMatricesOnTensorCores(int architecture) throws IOException {
        try (VirtualGpu gpu = gpu(architecture)) {
            RawDriver driver = RawDriver.withContext(gpu);
            Random random = new Random(3);
            short[] a = new short[16 * 16];
            short[] b = new short[8 * 16];
            for (int i = 0; i < a.length; i++) {
                a[i] = (short) (Float.floatToIntBits(random.nextInt(-8, 9)) >>> 16);
            }
            for (int i = 0; i < b.length; i++) {
                b[i] = (short) (Float.floatToIntBits(random.nextInt(-8, 9)) >>> 16);
            }
            long first = driver.upload(a);
            long second = driver.upload(b);
            long product = driver.allocate(16 * 8 * Float.BYTES);
            long module = driver.load(samples(architecture));

            driver.launch(0, driver.kernel(module, "tile"), 1, 32, 0, first, second, product);

            float[] result = driver.downloadFloats(product, 16 * 8);
            for (int row = 0; row < 16; row++) {
                for (int column = 0; column < 8; column++) {
                    float expected = 0;
                    for (int k = 0; k < 16; k++) {
                        expected += Float.intBitsToFloat(a[row * 16 + k] << 16)
                                * Float.intBitsToFloat(b[column * 16 + k] << 16);
                    }
                    assertThat(result[row * 8 + column])
                            .as("row %d, column %d", row, column)
                            .isEqualTo(expected);
                }
            }
            driver.free(first, second, product);
            driver.end(module);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {75, 80, 90})
    void areThoseOfTheSourceBesideThem(int architecture) throws IOException, NoSuchAlgorithmException {
        byte[] source = Files.readAllBytes(Path.of("src/test/cuda/samples.cu"));
        String hash =
                HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(source));

        assertThat(samples(architecture))
                .as("samples_%d.ptx is stale: run src/test/cuda/compile.sh", architecture)
                .startsWith("// sha256 of samples.cu: " + hash);
    }

    @Test
    void wouldNotRunOnADeviceThatIsTooOld() throws IOException {
        try (VirtualGpu gpu = gpu(75)) {
            RawDriver driver = RawDriver.withContext(gpu);

            assertThat(driver.call(
                            "cuModuleLoadDataEx",
                            driver.room(8),
                            driver.text(samples(80)),
                            0,
                            MemorySegment.NULL,
                            MemorySegment.NULL))
                    .isEqualTo(218);
            assertThat(gpu.explanations().getLast()).contains("sm_80").contains("sm_75");
            driver.succeed("cuDevicePrimaryCtxRelease_v2", 0);
        }
    }
}
