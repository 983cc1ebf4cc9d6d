package org.olmo4j.backend.cpu.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** SwiGLU and the exponential: vectors of every width give the bits of the scalar kernels, and these the numbers of double arithmetic. */
class KernelsTest {

    static Stream<KernelChoice> widths() {
        return Stream.of(64, 128, 256, 512).map(KernelChoice::vector);
    }

    @ParameterizedTest
    @MethodSource("widths")
    void everyWidthActivatesToTheBitsOfTheScalarKernels(KernelChoice choice) {
        Random random = new Random(5);
        float[] gate = new float[1003];
        float[] up = new float[1003];
        for (int i = 0; i < gate.length; i++) {
            gate[i] = (float) (random.nextGaussian() * (i % 10 == 0 ? 80 : 3));
            up[i] = (float) random.nextGaussian();
        }
        gate[0] = 0;
        gate[1] = -0f;
        gate[2] = 1e30f;
        gate[3] = -1e30f;
        float[] expected = gate.clone();
        new ScalarKernels().swiglu(expected, up, 0, gate.length);
        float[] actual = gate.clone();
        choice.factory().get().swiglu(actual, up, 0, gate.length);
        assertThat(actual).containsExactly(expected);
        for (int i = 0; i < gate.length; i++) {
            double sigmoid = 1 / (1 + Math.exp(-(double) gate[i]));
            assertThat((double) expected[i])
                    .isCloseTo(gate[i] * sigmoid * up[i], within(1e-6 * (1 + Math.abs(gate[i]))));
        }
    }

    @Test
    void theExponentialIsThatOfDoubleArithmetic() {
        for (float x = -87.2f; x < 88; x += 0.0137f) {
            double expected = Math.exp(x);
            assertThat((double) Contract.exp(x)).as("e^%s", x).isCloseTo(expected, within(2e-7 * expected));
        }
    }

    @ParameterizedTest
    @ValueSource(floats = {Float.NEGATIVE_INFINITY, -1e30f, -87.31f})
    void theExponentialOfVerySmallNumbersIsZero(float x) {
        assertThat(Contract.exp(x)).isZero();
    }

    @Test
    void theExponentialOfZeroIsOneAndOfNanIsNan() {
        assertThat(Contract.exp(0)).isEqualTo(1);
        assertThat(Contract.exp(Float.NaN)).isNaN();
    }
}
