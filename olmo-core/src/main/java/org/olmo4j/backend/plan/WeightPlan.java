package org.olmo4j.backend.plan;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.olmo4j.backend.LoadOptions;
import org.olmo4j.backend.WeightType;
import org.olmo4j.checkpoint.Checkpoint;
import org.olmo4j.checkpoint.Tensor;
import org.olmo4j.checkpoint.TensorRole;
import org.olmo4j.checkpoint.TensorType;
import org.olmo4j.spec.FeedForward;

/**
 * Of which type each matrix of a model is held.
 *
 * @param matrices those of the layers
 * @param embedding token embedding and output head
 */
public record WeightPlan(WeightType matrices, WeightType embedding) {

    /**
     * The plan of some options. Beside INT4, embedding and output head are INT8 unless the options say otherwise: on the demo model that cuts the
     * divergence from F32 to a third, and costs 4 % of OLMo 1B's memory.
     *
     * @param options of the load
     * @return with everything chosen
     */
    public static WeightPlan of(LoadOptions options) {
        return new WeightPlan(
                options.weights(),
                options.embeddingWeights()
                        .orElse(options.weights() == WeightType.INT4 ? WeightType.INT8 : options.weights()));
    }

    /**
     * A matrix as it is to be held.
     *
     * @param tensor of the checkpoint
     * @param type to hold it in, never {@link WeightType#STORED}
     */
    public record Entry(Tensor tensor, WeightType type) {

        /**
         * Whether it is another type than the stored one.
         *
         * @return false if the tensor can be used where it lies
         */
        public boolean converted() {
            return type != stored(tensor.type());
        }
    }

    /**
     * The type of a tensor that is held as it is stored.
     *
     * @param type its element type
     * @return the same
     */
    public static WeightType stored(TensorType type) {
        return switch (type) {
            case F32 -> WeightType.F32;
            case BF16 -> WeightType.BF16;
            case F16 -> WeightType.F16;
        };
    }

    /**
     * All matrices of a checkpoint, a tied output head once.
     *
     * @param checkpoint the weights
     * @return in the order in which they are loaded
     */
    public List<Entry> entries(Checkpoint checkpoint) {
        Set<Entry> entries = new LinkedHashSet<>();
        entries.add(entry(embedding, checkpoint.tensor(TensorRole.TOKEN_EMBEDDING)));
        for (int layer = 0; layer < checkpoint.spec().layerCount(); layer++) {
            for (Tensor tensor : layer(checkpoint, layer)) {
                entries.add(entry(matrices, tensor));
            }
        }
        entries.add(entry(embedding, checkpoint.tensor(TensorRole.OUTPUT_HEAD)));
        return List.copyOf(entries);
    }

    private static List<Tensor> layer(Checkpoint checkpoint, int layer) {
        List<Tensor> tensors = new ArrayList<>();
        for (TensorRole role :
                List.of(TensorRole.QUERY, TensorRole.KEY, TensorRole.VALUE, TensorRole.ATTENTION_OUTPUT)) {
            tensors.add(checkpoint.tensor(role, layer));
        }
        List<TensorRole> network = List.of(TensorRole.GATE, TensorRole.UP, TensorRole.DOWN);
        switch (checkpoint.spec().feedForward()) {
            case FeedForward.Dense dense -> network.forEach(role -> tensors.add(checkpoint.tensor(role, layer)));
            case FeedForward.MixtureOfExperts mixture ->
                IntStream.range(0, mixture.experts())
                        .forEach(
                                expert -> network.forEach(role -> tensors.add(checkpoint.tensor(role, layer, expert))));
        }
        return tensors;
    }

    private static Entry entry(WeightType type, Tensor tensor) {
        return new Entry(tensor, type == WeightType.STORED ? stored(tensor.type()) : type);
    }

    /**
     * The matrices' entries of one tensor.
     *
     * @param tensor of a layer
     * @return as {@link #entries} has it
     */
    public Entry ofLayer(Tensor tensor) {
        return entry(matrices, tensor);
    }

    /**
     * The entry of the token embedding or the output head.
     *
     * @param tensor one of them
     * @return as {@link #entries} has it
     */
    public Entry ofEmbedding(Tensor tensor) {
        return entry(embedding, tensor);
    }

    /**
     * The name of the plan for replay keys and files.
     *
     * @param checkpoint the weights
     * @return such as {@code int8}, {@code int4/int8} where embedding and output head differ from the layers, or {@code f32+bf16} where tensors are stored
     *     in several types
     */
    public String name(Checkpoint checkpoint) {
        EnumSet<WeightType> layers = EnumSet.noneOf(WeightType.class);
        for (int layer = 0; layer < checkpoint.spec().layerCount(); layer++) {
            layer(checkpoint, layer)
                    .forEach(tensor -> layers.add(entry(matrices, tensor).type()));
        }
        EnumSet<WeightType> outer = EnumSet.of(
                entry(embedding, checkpoint.tensor(TensorRole.TOKEN_EMBEDDING)).type(),
                entry(embedding, checkpoint.tensor(TensorRole.OUTPUT_HEAD)).type());
        return layers.equals(outer) ? name(layers) : name(layers) + "/" + name(outer);
    }

    private static String name(Set<WeightType> types) {
        return types.stream().map(type -> type.name().toLowerCase(Locale.ROOT)).collect(Collectors.joining("+"));
    }
}
