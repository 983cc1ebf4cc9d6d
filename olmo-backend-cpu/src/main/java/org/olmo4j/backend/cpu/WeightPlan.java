package org.olmo4j.backend.cpu;

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
import org.olmo4j.backend.cpu.kernel.WeightFormat;
import org.olmo4j.backend.cpu.kernel.WeightMatrix;
import org.olmo4j.checkpoint.Checkpoint;
import org.olmo4j.checkpoint.Tensor;
import org.olmo4j.checkpoint.TensorRole;
import org.olmo4j.spec.FeedForward;

/**
 * In which format each matrix of a model is held.
 *
 * @param matrices those of the layers
 * @param embedding token embedding and output head
 */
record WeightPlan(WeightType matrices, WeightType embedding) {

    /**
     * The plan of some options. Beside INT4, embedding and output head are INT8 unless the options say otherwise: on the demo model that cuts the
     * divergence from F32 to a third, and costs 4 % of OLMo 1B's memory.
     *
     * @param options of the load
     * @return with everything chosen
     */
    static WeightPlan of(LoadOptions options) {
        return new WeightPlan(
                options.weights(),
                options.embeddingWeights()
                        .orElse(options.weights() == WeightType.INT4 ? WeightType.INT8 : options.weights()));
    }

    /**
     * A matrix as it is to be held.
     *
     * @param tensor of the checkpoint
     * @param format to hold it in
     */
    record Entry(Tensor tensor, WeightFormat format) {

        /** Whether it is another format than the stored one. */
        boolean converted() {
            return format != WeightFormat.of(tensor.type());
        }

        /** The memory it takes. */
        long bytes() {
            return WeightMatrix.bytes(format, tensor.rows(), tensor.columns());
        }
    }

    /**
     * All matrices of a checkpoint, a tied output head once.
     *
     * @param checkpoint the weights
     * @return in the order in which they are loaded
     */
    List<Entry> entries(Checkpoint checkpoint) {
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
        WeightFormat format = switch (type) {
            case STORED -> WeightFormat.of(tensor.type());
            case F32 -> WeightFormat.F32;
            case BF16 -> WeightFormat.BF16;
            case F16 -> WeightFormat.F16;
            case INT8 -> WeightFormat.INT8;
            case INT4 -> WeightFormat.INT4;
        };
        return new Entry(tensor, format);
    }

    /**
     * The name of the plan for replay keys and files.
     *
     * @param checkpoint the weights
     * @return such as {@code int8}, {@code int4/int8} where embedding and output head differ from the layers, or {@code f32+bf16} where tensors are stored
     *     in several types
     */
    String name(Checkpoint checkpoint) {
        EnumSet<WeightFormat> layers = EnumSet.noneOf(WeightFormat.class);
        for (int layer = 0; layer < checkpoint.spec().layerCount(); layer++) {
            layer(checkpoint, layer)
                    .forEach(tensor -> layers.add(entry(matrices, tensor).format()));
        }
        EnumSet<WeightFormat> outer = EnumSet.of(
                entry(embedding, checkpoint.tensor(TensorRole.TOKEN_EMBEDDING)).format(),
                entry(embedding, checkpoint.tensor(TensorRole.OUTPUT_HEAD)).format());
        return layers.equals(outer) ? name(layers) : name(layers) + "/" + name(outer);
    }

    private static String name(Set<WeightFormat> formats) {
        return formats.stream()
                .map(format -> format.name().toLowerCase(Locale.ROOT))
                .collect(Collectors.joining("+"));
    }
}
