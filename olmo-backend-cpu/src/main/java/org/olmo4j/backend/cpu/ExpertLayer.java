package org.olmo4j.backend.cpu;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.olmo4j.backend.cpu.kernel.Contract;
import org.olmo4j.backend.cpu.kernel.WeightMatrix;
import org.olmo4j.spec.FeedForward;
import org.olmo4j.spec.OlmoSpec;

/**
 * The mixture of experts: only chosen experts are computed, each once for all tokens that chose it. A token's experts are summed in the
 * order of its own choice, so that the other tokens of the step do not matter.
 */
final class ExpertLayer {

    private final FeedForward.MixtureOfExperts mixture;
    private final int width;
    private final ForwardPass pass;

    private float[] probabilities = new float[0];
    private int[] chosen = new int[0];
    private float[] input = new float[0];
    private float[] output = new float[0];
    private float[] slots = new float[0];

    private ExpertLayer(FeedForward.MixtureOfExperts mixture, int width, ForwardPass pass) {
        this.mixture = mixture;
        this.width = width;
        this.pass = pass;
    }

    static @Nullable ExpertLayer of(OlmoSpec spec, ForwardPass pass) {
        return spec.feedForward() instanceof FeedForward.MixtureOfExperts mixture
                ? new ExpertLayer(mixture, spec.hiddenSize(), pass)
                : null;
    }

    /**
     * Computes the layer.
     *
     * @param router [experts, hidden]
     * @param experts their networks
     * @param tokenInputs [tokens, hidden]
     * @param tokens how many
     * @param outputs gets [tokens, hidden]
     */
    void compute(
            WeightMatrix router, List<ModelWeights.SwiGlu> experts, float[] tokenInputs, int tokens, float[] outputs) {
        reserve(tokens);
        pass.project(router, tokenInputs, tokens, probabilities);
        for (int token = 0; token < tokens; token++) {
            choose(token);
        }
        for (int expert = 0; expert < experts.size(); expert++) {
            computeExpert(experts.get(expert), expert, tokenInputs, tokens);
        }
        for (int token = 0; token < tokens; token++) {
            combine(token, outputs);
        }
    }

    private void reserve(int tokens) {
        if (input.length >= tokens * width) {
            return;
        }
        probabilities = new float[tokens * mixture.experts()];
        chosen = new int[tokens * mixture.expertsPerToken()];
        output = new float[tokens * width];
        slots = new float[tokens * mixture.expertsPerToken() * width];
        // The last: its length says how many tokens all have room for, also when memory ran out half-way.
        input = new float[tokens * width];
    }

    /** Turns a token's router logits into probabilities over all experts, and lists the best, the lower index first on a tie. */
    private void choose(int token) {
        int from = token * mixture.experts();
        int to = from + mixture.experts();
        float maximum = Float.NEGATIVE_INFINITY;
        for (int i = from; i < to; i++) {
            maximum = Math.max(maximum, probabilities[i]);
        }
        float sum = 0;
        for (int i = from; i < to; i++) {
            probabilities[i] = Contract.exp(probabilities[i] - maximum);
            sum += probabilities[i];
        }
        for (int i = from; i < to; i++) {
            probabilities[i] /= sum;
        }
        int firstSlot = token * mixture.expertsPerToken();
        for (int slot = 0; slot < mixture.expertsPerToken(); slot++) {
            int best = -1;
            for (int expert = 0; expert < mixture.experts(); expert++) {
                boolean taken = contains(chosen, firstSlot, firstSlot + slot, expert);
                if (!taken && (best < 0 || probabilities[from + expert] > probabilities[from + best])) {
                    best = expert;
                }
            }
            chosen[firstSlot + slot] = best;
        }
    }

    private static boolean contains(int[] array, int from, int to, int element) {
        for (int i = from; i < to; i++) {
            if (array[i] == element) {
                return true;
            }
        }
        return false;
    }

    private void computeExpert(ModelWeights.SwiGlu network, int expert, float[] tokenInputs, int tokens) {
        int[] users = slotsOf(expert, tokens);
        for (int i = 0; i < users.length; i++) {
            int token = users[i] / mixture.expertsPerToken();
            System.arraycopy(tokenInputs, token * width, input, i * width, width);
        }
        if (users.length > 0) {
            pass.swiglu(network, input, users.length, output);
        }
        for (int i = 0; i < users.length; i++) {
            System.arraycopy(output, i * width, slots, users[i] * width, width);
        }
    }

    private int[] slotsOf(int expert, int tokens) {
        int[] found = new int[tokens];
        int count = 0;
        for (int slot = 0; slot < tokens * mixture.expertsPerToken(); slot++) {
            if (chosen[slot] == expert) {
                found[count++] = slot;
            }
        }
        return Arrays.copyOf(found, count);
    }

    private void combine(int token, float[] outputs) {
        int firstSlot = token * mixture.expertsPerToken();
        float scale = 1;
        if (mixture.renormalized()) {
            float sum = 0;
            for (int slot = firstSlot; slot < firstSlot + mixture.expertsPerToken(); slot++) {
                sum += probabilities[token * mixture.experts() + chosen[slot]];
            }
            scale = 1 / sum;
        }
        Arrays.fill(outputs, token * width, (token + 1) * width, 0);
        for (int slot = firstSlot; slot < firstSlot + mixture.expertsPerToken(); slot++) {
            float weight = probabilities[token * mixture.experts() + chosen[slot]] * scale;
            for (int i = 0; i < width; i++) {
                int target = token * width + i;
                outputs[target] = Math.fma(weight, slots[slot * width + i], outputs[target]);
            }
        }
    }
}
