package org.olmo4j.backend.conformance;

import java.util.List;
import java.util.OptionalDouble;
import org.olmo4j.backend.LoadOptions;
import org.olmo4j.spec.Family;
import org.olmo4j.spec.FeedForward;
import org.olmo4j.spec.LayerSpec;
import org.olmo4j.spec.LayerSpec.Attention;
import org.olmo4j.spec.NormPlacement;
import org.olmo4j.spec.Normalization;
import org.olmo4j.spec.OlmoSpec;
import org.olmo4j.spec.RotaryEmbedding;
import org.olmo4j.spec.TensorLayout;

/** Specs of models without a checkpoint, for seeded random weights. */
public final class TestModels {

    public static final int VOCABULARY = 96;

    public static final LayerSpec FULL = new LayerSpec(new Attention.Full(), rotary());

    private TestModels() {}

    public static LayerSpec window(int tokens) {
        return new LayerSpec(new Attention.SlidingWindow(tokens), rotary());
    }

    private static RotaryEmbedding rotary() {
        return new RotaryEmbedding(10_000, new RotaryEmbedding.Scaling.None());
    }

    /** As OLMo 2 and 3 are built, with its widths free. */
    public static OlmoSpec olmo3(
            int vocabulary, int hidden, int heads, int keyHeads, int headSize, int intermediate, LayerSpec... layers) {
        return new OlmoSpec(
                Family.OLMO3,
                TensorLayout.HUGGING_FACE,
                vocabulary,
                hidden,
                heads,
                keyHeads,
                headSize,
                1024,
                new Normalization.RmsNorm(1e-6f),
                NormPlacement.ON_BRANCH_OUTPUT,
                true,
                OptionalDouble.empty(),
                false,
                new FeedForward.Dense(intermediate),
                false,
                List.of(layers),
                List.of());
    }

    /** Small enough for thousands of steps. */
    public static OlmoSpec tiny() {
        return olmo3(96, 64, 4, 2, 16, 96, window(40), FULL);
    }

    /** One layer with the dot products of OLMo 1B (2048) and 7B (11008), and as many of them. */
    public static OlmoSpec wide() {
        return olmo3(VOCABULARY, 2048, 16, 16, 128, 11_008, FULL);
    }

    /** Dot products of 2048 elements, few of them; grouped queries; a window. */
    public static OlmoSpec longInputs() {
        return olmo3(VOCABULARY, 2048, 4, 2, 32, 64, window(100), FULL);
    }

    /** Dot products of 11008 elements, few of them; grouped queries; a window. */
    public static OlmoSpec longActivations() {
        return olmo3(VOCABULARY, 64, 4, 2, 16, 11_008, window(100), FULL);
    }

    public static OlmoSpec withContext(OlmoSpec spec, int tokens) {
        return new OlmoSpec(
                spec.family(),
                spec.layout(),
                spec.vocabularySize(),
                spec.hiddenSize(),
                spec.attentionHeads(),
                spec.keyValueHeads(),
                spec.headSize(),
                tokens,
                spec.normalization(),
                spec.normPlacement(),
                spec.queryKeyNorm(),
                spec.queryKeyValueClip(),
                spec.attentionBias(),
                spec.feedForward(),
                spec.tiedEmbeddings(),
                spec.layers(),
                spec.endOfTextIds());
    }

    public static LoadOptions options(int threads, long cacheBytes, int maxStepTokens, int maxStepRows) {
        return LoadOptions.builder()
                .threads(threads)
                .keyValueCacheBytes(cacheBytes)
                .maxStepTokens(maxStepTokens)
                .maxStepRows(maxStepRows)
                .build();
    }
}
