package org.olmo4j.backend.cpu;

import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.olmo4j.backend.cpu.kernel.WeightMatrix;
import org.olmo4j.checkpoint.Checkpoint;
import org.olmo4j.checkpoint.Tensor;
import org.olmo4j.checkpoint.TensorRole;
import org.olmo4j.spec.FeedForward;
import org.olmo4j.spec.Normalization;
import org.olmo4j.spec.OlmoSpec;

/**
 * The weights in the shape that the forward pass reads them.
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

    /**
     * The weights of a checkpoint.
     *
     * @param checkpoint says what there is
     * @param matrices in the formats in which they are held
     * @return vectors copied, matrices as given
     */
    static ModelWeights of(Checkpoint checkpoint, Map<Tensor, WeightMatrix> matrices) {
        return new Assembly(checkpoint, matrices).weights();
    }

    /** Puts the parts together. */
    private record Assembly(Checkpoint checkpoint, Map<Tensor, WeightMatrix> matrices) {

        ModelWeights weights() {
            OlmoSpec spec = checkpoint.spec();
            return new ModelWeights(
                    matrix(checkpoint.tensor(TensorRole.TOKEN_EMBEDDING)),
                    IntStream.range(0, spec.layerCount()).mapToObj(this::layer).toList(),
                    new Norm(
                            spec.normalization(),
                            weighted(spec) ? WeightMatrix.of(checkpoint.tensor(TensorRole.FINAL_NORM)) : null),
                    matrix(checkpoint.tensor(TensorRole.OUTPUT_HEAD)));
        }

        private Layer layer(int layer) {
            boolean normalized = checkpoint.spec().queryKeyNorm();
            return new Layer(
                    projection(layer, TensorRole.QUERY, TensorRole.QUERY_BIAS),
                    projection(layer, TensorRole.KEY, TensorRole.KEY_BIAS),
                    projection(layer, TensorRole.VALUE, TensorRole.VALUE_BIAS),
                    projection(layer, TensorRole.ATTENTION_OUTPUT, TensorRole.ATTENTION_OUTPUT_BIAS),
                    normalized ? norm(layer, TensorRole.QUERY_NORM) : null,
                    normalized ? norm(layer, TensorRole.KEY_NORM) : null,
                    norm(layer, TensorRole.ATTENTION_NORM),
                    norm(layer, TensorRole.FEED_FORWARD_NORM),
                    checkpoint.spec().feedForward() instanceof FeedForward.MixtureOfExperts
                            ? WeightMatrix.of(checkpoint.tensor(TensorRole.ROUTER, layer))
                            : null,
                    networks(layer));
        }

        private List<SwiGlu> networks(int layer) {
            return switch (checkpoint.spec().feedForward()) {
                case FeedForward.Dense dense ->
                    List.of(new SwiGlu(
                            matrix(checkpoint.tensor(TensorRole.GATE, layer)),
                            matrix(checkpoint.tensor(TensorRole.UP, layer)),
                            matrix(checkpoint.tensor(TensorRole.DOWN, layer))));
                case FeedForward.MixtureOfExperts mixture ->
                    IntStream.range(0, mixture.experts())
                            .mapToObj(expert -> new SwiGlu(
                                    matrix(checkpoint.tensor(TensorRole.GATE, layer, expert)),
                                    matrix(checkpoint.tensor(TensorRole.UP, layer, expert)),
                                    matrix(checkpoint.tensor(TensorRole.DOWN, layer, expert))))
                            .toList();
            };
        }

        private Projection projection(int layer, TensorRole matrix, TensorRole bias) {
            return new Projection(
                    matrix(checkpoint.tensor(matrix, layer)),
                    checkpoint.spec().attentionBias()
                            ? WeightMatrix.of(checkpoint.tensor(bias, layer)).toFloats()
                            : null);
        }

        private Norm norm(int layer, TensorRole role) {
            boolean weighted = weighted(checkpoint.spec());
            return new Norm(
                    checkpoint.spec().normalization(),
                    weighted ? WeightMatrix.of(checkpoint.tensor(role, layer)) : null);
        }

        private static boolean weighted(OlmoSpec spec) {
            return spec.normalization() instanceof Normalization.RmsNorm;
        }

        private WeightMatrix matrix(Tensor tensor) {
            WeightMatrix matrix = matrices.get(tensor);
            if (matrix == null) {
                throw new IllegalStateException("Tensor " + tensor.name() + " was not loaded");
            }
            return matrix;
        }
    }
}
