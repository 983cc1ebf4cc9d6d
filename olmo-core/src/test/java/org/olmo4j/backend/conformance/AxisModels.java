package org.olmo4j.backend.conformance;

import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.Arguments;
import org.olmo4j.checkpoint.TensorType;
import org.olmo4j.spec.Family;
import org.olmo4j.spec.FeedForward;
import org.olmo4j.spec.LayerSpec;
import org.olmo4j.spec.LayerSpec.Attention;
import org.olmo4j.spec.NormPlacement;
import org.olmo4j.spec.Normalization;
import org.olmo4j.spec.OlmoSpec;
import org.olmo4j.spec.RotaryEmbedding;
import org.olmo4j.spec.TensorLayout;

/**
 * Models for every combination of axes that no released checkpoint has: biases, renormalized experts, windows that end inside a block, odd widths.
 */
public final class AxisModels {

    private AxisModels() {}

    private static final RotaryEmbedding PLAIN = new RotaryEmbedding(10_000, new RotaryEmbedding.Scaling.None());
    private static final RotaryEmbedding YARN =
            new RotaryEmbedding(10_000, new RotaryEmbedding.Scaling.Yarn(8, 64, OptionalDouble.empty(), 4, 0.5));

    /**
     * All of them, each with the type in which its weights are stored.
     *
     * @return spec and type
     */
    public static Stream<Arguments> all() {
        LayerSpec full = new LayerSpec(new Attention.Full(), PLAIN);
        return Stream.of(
                Arguments.argumentSet(
                        "biases on query, key, value and output",
                        olmo2(64, 4, 4, 16, true, new FeedForward.Dense(96), List.of(full, full)),
                        TensorType.F32),
                Arguments.argumentSet(
                        "windows of 33 and 50 beside full attention with YaRN, four queries for each key",
                        olmo2(
                                64,
                                8,
                                2,
                                8,
                                false,
                                new FeedForward.Dense(100),
                                List.of(window(33), new LayerSpec(new Attention.Full(), YARN), window(50), window(1))),
                        TensorType.BF16),
                Arguments.argumentSet(
                        "a window of one block, odd widths",
                        olmo2(50, 5, 1, 10, true, new FeedForward.Dense(77), List.of(window(32), window(64), full)),
                        TensorType.BF16),
                Arguments.argumentSet(
                        "half floats with odd widths, biases and a clip",
                        olmo1(50, 5, 10, new FeedForward.Dense(77), List.of(full, full)),
                        TensorType.F16),
                Arguments.argumentSet(
                        "experts with renormalized probabilities", olmoe(true, List.of(full, full)), TensorType.BF16),
                Arguments.argumentSet(
                        "experts with probabilities as they are", olmoe(false, List.of(full, full)), TensorType.F32));
    }

    public static OlmoSpec dense() {
        LayerSpec full = new LayerSpec(new Attention.Full(), PLAIN);
        return olmo2(64, 4, 2, 32, false, new FeedForward.Dense(96), List.of(full, full));
    }

    public static OlmoSpec mixture() {
        LayerSpec full = new LayerSpec(new Attention.Full(), PLAIN);
        return olmoe(true, List.of(full, window(20)));
    }

    public static OlmoSpec tied() {
        return olmo1(50, 5, 10, new FeedForward.Dense(77), List.of(new LayerSpec(new Attention.Full(), PLAIN)));
    }

    private static LayerSpec window(int tokens) {
        return new LayerSpec(new Attention.SlidingWindow(tokens), PLAIN);
    }

    private static OlmoSpec olmo2(
            int hidden,
            int heads,
            int keyHeads,
            int headSize,
            boolean bias,
            FeedForward network,
            List<LayerSpec> layers) {
        return new OlmoSpec(
                Family.OLMO3,
                TensorLayout.HUGGING_FACE,
                101,
                hidden,
                heads,
                keyHeads,
                headSize,
                512,
                new Normalization.RmsNorm(1e-6f),
                NormPlacement.ON_BRANCH_OUTPUT,
                true,
                OptionalDouble.empty(),
                bias,
                network,
                false,
                layers,
                List.of());
    }

    private static OlmoSpec olmo1(int hidden, int heads, int headSize, FeedForward network, List<LayerSpec> layers) {
        return new OlmoSpec(
                Family.OLMO,
                TensorLayout.HUGGING_FACE,
                101,
                hidden,
                heads,
                heads,
                headSize,
                512,
                new Normalization.NonParametricLayerNorm(1e-5f),
                NormPlacement.BEFORE_BRANCH,
                false,
                OptionalDouble.of(0.8),
                true,
                network,
                true,
                layers,
                List.of());
    }

    private static OlmoSpec olmoe(boolean renormalized, List<LayerSpec> layers) {
        return new OlmoSpec(
                Family.OLMOE,
                TensorLayout.HUGGING_FACE,
                101,
                64,
                4,
                2,
                16,
                512,
                new Normalization.RmsNorm(1e-5f),
                NormPlacement.BEFORE_BRANCH,
                true,
                OptionalDouble.of(1.5),
                false,
                new FeedForward.MixtureOfExperts(40, 7, 3, renormalized),
                false,
                layers,
                List.of());
    }
}
