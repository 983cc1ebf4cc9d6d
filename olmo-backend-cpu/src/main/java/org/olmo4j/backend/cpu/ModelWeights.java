package org.olmo4j.backend.cpu;

import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.olmo4j.backend.cpu.kernel.WeightMatrix;
import org.olmo4j.checkpoint.Checkpoint;
import org.olmo4j.checkpoint.TensorRole;
import org.olmo4j.spec.FeedForward;
import org.olmo4j.spec.Normalization;
import org.olmo4j.spec.OlmoSpec;

/**
 * The weights in the shape that the forward pass reads them. Matrices are the mapped files; only vectors are copied.
 *
 * @param embedding [vocabulary, hidden]
 * @param layers first to last
 * @param finalNorm before the output head
 * @param outputHead [vocabulary, hidden]
 */
record ModelWeights(WeightMatrix embedding, List<Layer> layers, Norm finalNorm, WeightMatrix outputHead) {

    /**
     * A projection.
     *
     * @param matrix [output, input]
     * @param bias [output], or null
     */
    record Projection(WeightMatrix matrix, float @Nullable [] bias) {}

    /**
     * One transformer layer.
     *
     * @param query projection to all query heads
     * @param key projection to all key heads
     * @param value projection to all value heads
     * @param output projection back to the residual stream
     * @param queryNorm over all query heads together; null where the family has none
     * @param keyNorm over all key heads together; null where the family has none
     * @param attentionNorm norm of the attention branch
     * @param feedForwardNorm norm of the feed-forward branch
     * @param router [experts, hidden]; null for a dense layer
     * @param networks the one dense network, or the experts
     */
    record Layer(
            Projection query,
            Projection key,
            Projection value,
            Projection output,
            @Nullable Norm queryNorm,
            @Nullable Norm keyNorm,
            Norm attentionNorm,
            Norm feedForwardNorm,
            @Nullable WeightMatrix router,
            List<SwiGlu> networks) {}

    /**
     * down(silu(gate(x)) * up(x)).
     *
     * @param gate [intermediate, hidden]
     * @param up [intermediate, hidden]
     * @param down [hidden, intermediate]
     */
    record SwiGlu(WeightMatrix gate, WeightMatrix up, WeightMatrix down) {}

    static ModelWeights of(Checkpoint checkpoint) {
        OlmoSpec spec = checkpoint.spec();
        return new ModelWeights(
                WeightMatrix.of(checkpoint.tensor(TensorRole.TOKEN_EMBEDDING)),
                IntStream.range(0, spec.layerCount())
                        .mapToObj(layer -> layer(checkpoint, layer))
                        .toList(),
                new Norm(
                        spec.normalization(),
                        weighted(spec) ? WeightMatrix.of(checkpoint.tensor(TensorRole.FINAL_NORM)) : null),
                WeightMatrix.of(checkpoint.tensor(TensorRole.OUTPUT_HEAD)));
    }

    private static Layer layer(Checkpoint checkpoint, int layer) {
        boolean normalized = checkpoint.spec().queryKeyNorm();
        return new Layer(
                projection(checkpoint, layer, TensorRole.QUERY, TensorRole.QUERY_BIAS),
                projection(checkpoint, layer, TensorRole.KEY, TensorRole.KEY_BIAS),
                projection(checkpoint, layer, TensorRole.VALUE, TensorRole.VALUE_BIAS),
                projection(checkpoint, layer, TensorRole.ATTENTION_OUTPUT, TensorRole.ATTENTION_OUTPUT_BIAS),
                normalized ? norm(checkpoint, layer, TensorRole.QUERY_NORM) : null,
                normalized ? norm(checkpoint, layer, TensorRole.KEY_NORM) : null,
                norm(checkpoint, layer, TensorRole.ATTENTION_NORM),
                norm(checkpoint, layer, TensorRole.FEED_FORWARD_NORM),
                checkpoint.spec().feedForward() instanceof FeedForward.MixtureOfExperts
                        ? WeightMatrix.of(checkpoint.tensor(TensorRole.ROUTER, layer))
                        : null,
                networks(checkpoint, layer));
    }

    private static List<SwiGlu> networks(Checkpoint checkpoint, int layer) {
        return switch (checkpoint.spec().feedForward()) {
            case FeedForward.Dense dense ->
                List.of(new SwiGlu(
                        WeightMatrix.of(checkpoint.tensor(TensorRole.GATE, layer)),
                        WeightMatrix.of(checkpoint.tensor(TensorRole.UP, layer)),
                        WeightMatrix.of(checkpoint.tensor(TensorRole.DOWN, layer))));
            case FeedForward.MixtureOfExperts mixture ->
                IntStream.range(0, mixture.experts())
                        .mapToObj(expert -> new SwiGlu(
                                WeightMatrix.of(checkpoint.tensor(TensorRole.GATE, layer, expert)),
                                WeightMatrix.of(checkpoint.tensor(TensorRole.UP, layer, expert)),
                                WeightMatrix.of(checkpoint.tensor(TensorRole.DOWN, layer, expert))))
                        .toList();
        };
    }

    private static Projection projection(Checkpoint checkpoint, int layer, TensorRole matrix, TensorRole bias) {
        return new Projection(
                WeightMatrix.of(checkpoint.tensor(matrix, layer)),
                checkpoint.spec().attentionBias()
                        ? WeightMatrix.of(checkpoint.tensor(bias, layer)).toFloats()
                        : null);
    }

    private static Norm norm(Checkpoint checkpoint, int layer, TensorRole role) {
        boolean weighted = weighted(checkpoint.spec());
        return new Norm(
                checkpoint.spec().normalization(), weighted ? WeightMatrix.of(checkpoint.tensor(role, layer)) : null);
    }

    private static boolean weighted(OlmoSpec spec) {
        return spec.normalization() instanceof Normalization.RmsNorm;
    }
}
