package org.olmo4j.benchmark.model;

import java.util.ArrayList;
import java.util.List;
import org.olmo4j.benchmark.measure.BenchmarkException;
import org.olmo4j.spec.Family;
import org.olmo4j.spec.FeedForward;
import org.olmo4j.spec.Normalization;
import org.olmo4j.spec.OlmoSpec;
import org.olmo4j.spec.TensorLayout;

/**
 * A tensor of a checkpoint that is to be written, by its name in HuggingFace's layout.
 *
 * @param name on disk
 * @param shape [rows, columns] of a matrix, [length] of a vector
 * @param mean of its random values: 1 for the weights of norms, else 0
 */
record PlannedTensor(String name, List<Integer> shape, float mean) {

    /** Copies the list. */
    PlannedTensor {
        shape = List.copyOf(shape);
    }

    long elements() {
        return shape.stream().mapToLong(Integer::longValue).reduce(1, Math::multiplyExact);
    }

    /**
     * All tensors of a model.
     *
     * @param spec in HuggingFace's layout
     * @return in the order in which they are to lie in the file
     */
    static List<PlannedTensor> of(OlmoSpec spec) {
        if (spec.layout() != TensorLayout.HUGGING_FACE) {
            throw new BenchmarkException(
                    "Random weights are written in the layout of HuggingFace transformers, and the configuration has"
                            + " another",
                    "Take the configuration of the -hf release");
        }
        List<PlannedTensor> tensors = new ArrayList<>();
        tensors.add(matrix("model.embed_tokens.weight", spec.vocabularySize(), spec.hiddenSize()));
        for (int layer = 0; layer < spec.layerCount(); layer++) {
            addLayer(tensors, spec, "model.layers." + layer + ".");
        }
        if (weightedNorms(spec)) {
            tensors.add(norm("model.norm.weight", spec.hiddenSize()));
        }
        if (!spec.tiedEmbeddings()) {
            tensors.add(matrix("lm_head.weight", spec.vocabularySize(), spec.hiddenSize()));
        }
        return tensors;
    }

    private static void addLayer(List<PlannedTensor> tensors, OlmoSpec spec, String prefix) {
        addProjection(tensors, spec, prefix + "self_attn.q_proj", spec.queryWidth(), spec.hiddenSize());
        addProjection(tensors, spec, prefix + "self_attn.k_proj", spec.keyValueWidth(), spec.hiddenSize());
        addProjection(tensors, spec, prefix + "self_attn.v_proj", spec.keyValueWidth(), spec.hiddenSize());
        addProjection(tensors, spec, prefix + "self_attn.o_proj", spec.hiddenSize(), spec.queryWidth());
        if (spec.queryKeyNorm()) {
            tensors.add(norm(prefix + "self_attn.q_norm.weight", spec.queryWidth()));
            tensors.add(norm(prefix + "self_attn.k_norm.weight", spec.keyValueWidth()));
        }
        switch (spec.feedForward()) {
            case FeedForward.Dense(int intermediate) ->
                addGated(tensors, prefix + "mlp.", intermediate, spec.hiddenSize());
            case FeedForward.MixtureOfExperts mixture -> {
                tensors.add(matrix(prefix + "mlp.gate.weight", mixture.experts(), spec.hiddenSize()));
                for (int expert = 0; expert < mixture.experts(); expert++) {
                    addGated(
                            tensors,
                            prefix + "mlp.experts." + expert + ".",
                            mixture.intermediateSize(),
                            spec.hiddenSize());
                }
            }
        }
        if (weightedNorms(spec)) {
            boolean mixture = spec.family() == Family.OLMOE;
            tensors.add(norm(prefix + "post_attention_layernorm.weight", spec.hiddenSize()));
            tensors.add(norm(
                    prefix + (mixture ? "input_layernorm.weight" : "post_feedforward_layernorm.weight"),
                    spec.hiddenSize()));
        }
    }

    private static void addProjection(List<PlannedTensor> tensors, OlmoSpec spec, String name, int rows, int columns) {
        tensors.add(matrix(name + ".weight", rows, columns));
        if (spec.attentionBias()) {
            tensors.add(new PlannedTensor(name + ".bias", List.of(rows), 0));
        }
    }

    private static void addGated(List<PlannedTensor> tensors, String prefix, int intermediate, int hidden) {
        tensors.add(matrix(prefix + "gate_proj.weight", intermediate, hidden));
        tensors.add(matrix(prefix + "up_proj.weight", intermediate, hidden));
        tensors.add(matrix(prefix + "down_proj.weight", hidden, intermediate));
    }

    private static PlannedTensor matrix(String name, int rows, int columns) {
        return new PlannedTensor(name, List.of(rows, columns), 0);
    }

    private static PlannedTensor norm(String name, int length) {
        return new PlannedTensor(name, List.of(length), 1);
    }

    private static boolean weightedNorms(OlmoSpec spec) {
        return spec.normalization() instanceof Normalization.RmsNorm;
    }
}
