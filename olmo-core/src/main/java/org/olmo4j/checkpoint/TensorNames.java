package org.olmo4j.checkpoint;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.olmo4j.checkpoint.StoredTensor.Part;
import org.olmo4j.spec.Family;
import org.olmo4j.spec.FeedForward;
import org.olmo4j.spec.Normalization;
import org.olmo4j.spec.OlmoSpec;
import org.olmo4j.spec.TensorLayout;

/** The names and shapes that a spec asks for, in both layouts. */
final class TensorNames {

    private static final String ROTARY_FREQUENCIES = ".rotary_emb.inv_freq";
    private static final String ORIGINAL_PREFIX = "transformer.";

    private final OlmoSpec spec;
    private final List<StoredTensor> tensors = new ArrayList<>();

    private TensorNames(OlmoSpec spec) {
        this.spec = spec;
    }

    /**
     * All tensors that must be there.
     *
     * @param spec the model
     * @param found the names on disk, which tell the prefix of the original layout
     */
    static List<StoredTensor> expected(OlmoSpec spec, Set<String> found) {
        TensorNames names = new TensorNames(spec);
        if (spec.layout() == TensorLayout.ORIGINAL) {
            boolean wrapped = found.stream().noneMatch(name -> name.startsWith(ORIGINAL_PREFIX));
            names.addOriginal(wrapped ? "model." + ORIGINAL_PREFIX : ORIGINAL_PREFIX);
        } else {
            names.addHuggingFace();
        }
        return names.tensors;
    }

    /**
     * The output head that a tied checkpoint may contain although nothing reads it, as in HuggingFace transformers.
     *
     * @param spec a model with tied embeddings
     * @param embedding the expected embedding, whose prefix tells the head's name
     */
    static StoredTensor unusedHead(OlmoSpec spec, StoredTensor embedding) {
        String name = spec.layout() == TensorLayout.ORIGINAL
                ? embedding.name().replace("wte.weight", "ff_out.weight")
                : "lm_head.weight";
        return new StoredTensor(name, embedding.shape(), List.of());
    }

    /**
     * Whether a tensor may be there without being asked for: old dumps contain the frequencies of RoPE, which follow from the spec.
     *
     * @param name its name on disk
     */
    static boolean isDerived(String name) {
        return name.endsWith(ROTARY_FREQUENCIES);
    }

    private void addHuggingFace() {
        int hidden = spec.hiddenSize();
        matrix("model.embed_tokens.weight", TensorRole.TOKEN_EMBEDDING, spec.vocabularySize(), hidden);
        if (!spec.tiedEmbeddings()) {
            matrix("lm_head.weight", TensorRole.OUTPUT_HEAD, spec.vocabularySize(), hidden);
        }
        boolean weightedNorms = spec.normalization() instanceof Normalization.RmsNorm;
        if (weightedNorms) {
            tensors.add(StoredTensor.vector(
                    "model.norm.weight", new TensorKey(TensorRole.FINAL_NORM, TensorKey.NONE, TensorKey.NONE), hidden));
        }
        for (int layer = 0; layer < spec.layerCount(); layer++) {
            String prefix = "model.layers." + layer + ".";
            addAttention(prefix + "self_attn.", layer);
            addFeedForward(prefix + "mlp.", layer);
            if (weightedNorms) {
                addNorms(prefix, layer);
            }
        }
    }

    private void addAttention(String prefix, int layer) {
        int hidden = spec.hiddenSize();
        matrix(prefix + "q_proj.weight", TensorRole.QUERY, layer, spec.queryWidth(), hidden);
        matrix(prefix + "k_proj.weight", TensorRole.KEY, layer, spec.keyValueWidth(), hidden);
        matrix(prefix + "v_proj.weight", TensorRole.VALUE, layer, spec.keyValueWidth(), hidden);
        matrix(prefix + "o_proj.weight", TensorRole.ATTENTION_OUTPUT, layer, hidden, spec.queryWidth());
        if (spec.attentionBias()) {
            vector(prefix + "q_proj.bias", TensorRole.QUERY_BIAS, layer, spec.queryWidth());
            vector(prefix + "k_proj.bias", TensorRole.KEY_BIAS, layer, spec.keyValueWidth());
            vector(prefix + "v_proj.bias", TensorRole.VALUE_BIAS, layer, spec.keyValueWidth());
            vector(prefix + "o_proj.bias", TensorRole.ATTENTION_OUTPUT_BIAS, layer, hidden);
        }
        if (spec.queryKeyNorm()) {
            vector(prefix + "q_norm.weight", TensorRole.QUERY_NORM, layer, spec.queryWidth());
            vector(prefix + "k_norm.weight", TensorRole.KEY_NORM, layer, spec.keyValueWidth());
        }
    }

    private void addFeedForward(String prefix, int layer) {
        switch (spec.feedForward()) {
            case FeedForward.Dense(int intermediate) -> addGated(prefix, layer, TensorKey.NONE, intermediate);
            case FeedForward.MixtureOfExperts mixture -> {
                matrix(prefix + "gate.weight", TensorRole.ROUTER, layer, mixture.experts(), spec.hiddenSize());
                for (int expert = 0; expert < mixture.experts(); expert++) {
                    addGated(prefix + "experts." + expert + ".", layer, expert, mixture.intermediateSize());
                }
            }
        }
    }

    private void addGated(String prefix, int layer, int expert, int intermediate) {
        int hidden = spec.hiddenSize();
        tensors.add(StoredTensor.matrix(
                prefix + "gate_proj.weight", new TensorKey(TensorRole.GATE, layer, expert), intermediate, hidden));
        tensors.add(StoredTensor.matrix(
                prefix + "up_proj.weight", new TensorKey(TensorRole.UP, layer, expert), intermediate, hidden));
        tensors.add(StoredTensor.matrix(
                prefix + "down_proj.weight", new TensorKey(TensorRole.DOWN, layer, expert), hidden, intermediate));
    }

    private void addNorms(String prefix, int layer) {
        boolean mixture = spec.family() == Family.OLMOE;
        String attention = mixture ? "input_layernorm.weight" : "post_attention_layernorm.weight";
        String feedForward = mixture ? "post_attention_layernorm.weight" : "post_feedforward_layernorm.weight";
        vector(prefix + attention, TensorRole.ATTENTION_NORM, layer, spec.hiddenSize());
        vector(prefix + feedForward, TensorRole.FEED_FORWARD_NORM, layer, spec.hiddenSize());
    }

    private void addOriginal(String prefix) {
        int hidden = spec.hiddenSize();
        int intermediate = spec.feedForward().intermediateSize();
        matrix(prefix + "wte.weight", TensorRole.TOKEN_EMBEDDING, spec.vocabularySize(), hidden);
        if (!spec.tiedEmbeddings()) {
            matrix(prefix + "ff_out.weight", TensorRole.OUTPUT_HEAD, spec.vocabularySize(), hidden);
        }
        for (int layer = 0; layer < spec.layerCount(); layer++) {
            String block = prefix + "blocks." + layer + ".";
            tensors.add(StoredTensor.stacked(
                    block + "att_proj.weight",
                    hidden,
                    new Part(new TensorKey(TensorRole.QUERY, layer, TensorKey.NONE), spec.queryWidth()),
                    new Part(new TensorKey(TensorRole.KEY, layer, TensorKey.NONE), spec.keyValueWidth()),
                    new Part(new TensorKey(TensorRole.VALUE, layer, TensorKey.NONE), spec.keyValueWidth())));
            matrix(block + "attn_out.weight", TensorRole.ATTENTION_OUTPUT, layer, hidden, spec.queryWidth());
            // The training code's SwiGLU splits into x and gate, in this order, and computes silu(gate) * x.
            tensors.add(StoredTensor.stacked(
                    block + "ff_proj.weight",
                    hidden,
                    new Part(new TensorKey(TensorRole.UP, layer, TensorKey.NONE), intermediate),
                    new Part(new TensorKey(TensorRole.GATE, layer, TensorKey.NONE), intermediate)));
            matrix(block + "ff_out.weight", TensorRole.DOWN, layer, hidden, intermediate);
        }
    }

    private void matrix(String name, TensorRole role, int rows, int columns) {
        matrix(name, role, TensorKey.NONE, rows, columns);
    }

    private void matrix(String name, TensorRole role, int layer, int rows, int columns) {
        tensors.add(StoredTensor.matrix(name, new TensorKey(role, layer, TensorKey.NONE), rows, columns));
    }

    private void vector(String name, TensorRole role, int layer, int length) {
        tensors.add(StoredTensor.vector(name, new TensorKey(role, layer, TensorKey.NONE), length));
    }
}
