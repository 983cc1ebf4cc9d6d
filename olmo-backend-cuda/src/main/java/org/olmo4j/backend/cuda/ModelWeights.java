package org.olmo4j.backend.cuda;

import java.util.List;
import java.util.Optional;
import org.olmo4j.backend.cuda.kernel.DeviceMatrix;

/**
 * The weights of a model on a GPU. Addresses of vectors are those of float32; 0 where the family has none.
 *
 * @param embedding [vocabulary, hidden]
 * @param layers first to last
 * @param finalNorm before the output head
 * @param outputHead [vocabulary, hidden]
 */
record ModelWeights(DeviceMatrix embedding, List<Layer> layers, long finalNorm, DeviceMatrix outputHead) {

    /**
     * One transformer layer. Matrices with the same input lie one after the other, so that one launch multiplies with all of them.
     *
     * @param projection [queries + keys + values, hidden]
     * @param projectionBias [queries + keys + values]
     * @param output [hidden, queries]
     * @param outputBias [hidden]
     * @param queryNorm over all query heads together
     * @param keyNorm over all key heads together
     * @param attentionNorm of the attention branch
     * @param feedForwardNorm of the feed-forward branch
     * @param router [experts, hidden]; empty for a dense layer
     * @param gateUp [2 x intermediate, hidden]; of several experts, one after another
     * @param down [hidden, intermediate]; of several experts, one after another
     */
    record Layer(
            DeviceMatrix projection,
            long projectionBias,
            DeviceMatrix output,
            long outputBias,
            long queryNorm,
            long keyNorm,
            long attentionNorm,
            long feedForwardNorm,
            Optional<DeviceMatrix> router,
            DeviceMatrix gateUp,
            DeviceMatrix down) {}
}
