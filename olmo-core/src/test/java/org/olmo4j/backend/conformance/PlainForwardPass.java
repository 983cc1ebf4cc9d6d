package org.olmo4j.backend.conformance;

import java.util.stream.IntStream;
import org.olmo4j.checkpoint.TensorRole;
import org.olmo4j.spec.FeedForward;
import org.olmo4j.spec.LayerSpec;
import org.olmo4j.spec.NormPlacement;
import org.olmo4j.spec.Normalization;
import org.olmo4j.spec.OlmoSpec;
import org.olmo4j.spec.RotaryEmbedding;

/**
 * The forward pass written down as the papers do, in double: whole sequences, no cache, no tiles, no threads, and no code of the backend.
 */
public final class PlainForwardPass {

    private final RandomCheckpoint checkpoint;
    private final OlmoSpec spec;
    private final Holding holding;

    public PlainForwardPass(RandomCheckpoint checkpoint) {
        this(checkpoint, new Holding() {});
    }

    public PlainForwardPass(RandomCheckpoint checkpoint, Holding holding) {
        this.checkpoint = checkpoint;
        this.spec = checkpoint.spec();
        this.holding = holding;
    }

    /** What narrower formats keep. */
    public interface Holding {

        /** Of a matrix. */
        default float[] weights(TensorRole role, float[] elements, int columns) {
            return elements;
        }

        /** Of the input of a matrix. */
        default double[] inputs(TensorRole role, double[] input) {
            return input;
        }
    }

    /** The logits of every position. */
    public double[][] logits(int[] ids) {
        double[][] hidden = new double[ids.length][spec.hiddenSize()];
        float[] embedding = holding.weights(
                TensorRole.TOKEN_EMBEDDING, checkpoint.elements(TensorRole.TOKEN_EMBEDDING, 0, 0), spec.hiddenSize());
        for (int token = 0; token < ids.length; token++) {
            for (int i = 0; i < spec.hiddenSize(); i++) {
                hidden[token][i] = embedding[ids[token] * spec.hiddenSize() + i];
            }
        }
        for (int layer = 0; layer < spec.layerCount(); layer++) {
            add(hidden, branch(hidden, layer, TensorRole.ATTENTION_NORM, this::attention));
            add(hidden, branch(hidden, layer, TensorRole.FEED_FORWARD_NORM, this::feedForward));
        }
        return map(hidden, x -> product(normalize(x, TensorRole.FINAL_NORM, 0), TensorRole.OUTPUT_HEAD, 0, 0));
    }

    private interface Branch {
        double[][] of(double[][] input, int layer);
    }

    private interface Mapping {
        double[] of(double[] vector);
    }

    private static double[][] map(double[][] vectors, Mapping mapping) {
        return IntStream.range(0, vectors.length)
                .mapToObj(i -> mapping.of(vectors[i]))
                .toArray(double[][]::new);
    }

    private double[][] branch(double[][] hidden, int layer, TensorRole norm, Branch branch) {
        return spec.normPlacement() == NormPlacement.BEFORE_BRANCH
                ? branch.of(map(hidden, x -> normalize(x, norm, layer)), layer)
                : map(branch.of(hidden, layer), x -> normalize(x, norm, layer));
    }

    private static void add(double[][] target, double[][] addend) {
        for (int token = 0; token < target.length; token++) {
            for (int i = 0; i < target[token].length; i++) {
                target[token][i] += addend[token][i];
            }
        }
    }

    private double[][] attention(double[][] input, int layer) {
        double[][] queries = map(input, x -> heads(x, layer, TensorRole.QUERY, TensorRole.QUERY_BIAS));
        double[][] keys = map(input, x -> heads(x, layer, TensorRole.KEY, TensorRole.KEY_BIAS));
        double[][] values = map(input, x -> heads(x, layer, TensorRole.VALUE, TensorRole.VALUE_BIAS));
        if (spec.queryKeyNorm()) {
            queries = map(queries, x -> normalize(x, TensorRole.QUERY_NORM, layer));
            keys = map(keys, x -> normalize(x, TensorRole.KEY_NORM, layer));
        }
        if (spec.queryKeyValueClip().isPresent()) {
            double bound = spec.queryKeyValueClip().getAsDouble();
            queries = map(queries, x -> clip(x, bound));
            keys = map(keys, x -> clip(x, bound));
            values = map(values, x -> clip(x, bound));
        }
        for (int token = 0; token < input.length; token++) {
            rotate(queries[token], token, spec.layers().get(layer).rotaryEmbedding());
            rotate(keys[token], token, spec.layers().get(layer).rotaryEmbedding());
        }
        double[][] outputs = new double[input.length][];
        for (int token = 0; token < input.length; token++) {
            double[] attended = new double[spec.queryWidth()];
            for (int head = 0; head < spec.attentionHeads(); head++) {
                attend(queries[token], keys, values, token, layer, head, attended);
            }
            outputs[token] = heads(attended, layer, TensorRole.ATTENTION_OUTPUT, TensorRole.ATTENTION_OUTPUT_BIAS);
        }
        return outputs;
    }

    private double[] heads(double[] input, int layer, TensorRole matrix, TensorRole bias) {
        double[] output = product(input, matrix, layer, 0);
        if (spec.attentionBias()) {
            float[] addend = checkpoint.elements(bias, layer, 0);
            for (int i = 0; i < output.length; i++) {
                output[i] += addend[i];
            }
        }
        return output;
    }

    private void attend(
            double[] query, double[][] keys, double[][] values, int token, int layer, int head, double[] attended) {
        int size = spec.headSize();
        int shared = head / (spec.attentionHeads() / spec.keyValueHeads()) * size;
        int own = head * size;
        double[] weights = new double[token + 1];
        double sum = 0;
        for (int other = 0; other <= token; other++) {
            if (spec.layers().get(layer).attention() instanceof LayerSpec.Attention.SlidingWindow(int window)
                    && other <= token - window) {
                continue;
            }
            double score = 0;
            for (int i = 0; i < size; i++) {
                score += query[own + i] * keys[other][shared + i];
            }
            weights[other] = Math.exp(score / Math.sqrt(size));
            sum += weights[other];
        }
        for (int other = 0; other <= token; other++) {
            for (int i = 0; i < size; i++) {
                attended[own + i] += weights[other] / sum * values[other][shared + i];
            }
        }
    }

    private void rotate(double[] vector, int position, RotaryEmbedding rotary) {
        int size = spec.headSize();
        for (int pair = 0; pair < size / 2; pair++) {
            double angle = position * frequency(pair, rotary);
            double cosine = Math.cos(angle) * scale(rotary);
            double sine = Math.sin(angle) * scale(rotary);
            for (int head = 0; head < vector.length; head += size) {
                double a = vector[head + pair];
                double b = vector[head + pair + size / 2];
                vector[head + pair] = a * cosine - b * sine;
                vector[head + pair + size / 2] = b * cosine + a * sine;
            }
        }
    }

    /** YaRN: arXiv 2309.00071, section 3.2, with the bounds rounded outwards. */
    private double frequency(int pair, RotaryEmbedding rotary) {
        double frequency = Math.pow(rotary.theta(), -2.0 * pair / spec.headSize());
        if (!(rotary.scaling() instanceof RotaryEmbedding.Scaling.Yarn yarn)) {
            return frequency;
        }
        double low = Math.max(0, Math.floor(pairTurning(yarn.betaFast(), yarn, rotary.theta())));
        double high = Math.min(spec.headSize() - 1, Math.ceil(pairTurning(yarn.betaSlow(), yarn, rotary.theta())));
        double ramp = pair <= low ? 0 : pair >= high ? 1 : (pair - low) / (high - low);
        return (1 - ramp) * frequency + ramp * frequency / yarn.factor();
    }

    private double pairTurning(double times, RotaryEmbedding.Scaling.Yarn yarn, double theta) {
        return spec.headSize() * Math.log(yarn.originalContextLength() / (times * 2 * Math.PI)) / (2 * Math.log(theta));
    }

    private static double scale(RotaryEmbedding rotary) {
        return rotary.scaling() instanceof RotaryEmbedding.Scaling.Yarn yarn
                ? yarn.attentionFactor().orElse(0.1 * Math.log(yarn.factor()) + 1)
                : 1;
    }

    private double[][] feedForward(double[][] input, int layer) {
        return switch (spec.feedForward()) {
            case FeedForward.Dense dense -> map(input, x -> swiglu(x, layer, 0));
            case FeedForward.MixtureOfExperts mixture -> map(input, x -> mix(x, layer, mixture));
        };
    }

    private double[] mix(double[] input, int layer, FeedForward.MixtureOfExperts mixture) {
        double[] logits = product(input, TensorRole.ROUTER, layer, 0);
        double[] probabilities = new double[logits.length];
        double all = 0;
        for (int expert = 0; expert < logits.length; expert++) {
            probabilities[expert] = Math.exp(logits[expert]);
            all += probabilities[expert];
        }
        int[] best = IntStream.range(0, logits.length)
                .boxed()
                .sorted((a, b) -> Double.compare(logits[b], logits[a]))
                .limit(mixture.expertsPerToken())
                .mapToInt(Integer::intValue)
                .toArray();
        double chosen = 0;
        for (int expert : best) {
            chosen += probabilities[expert];
        }
        double[] output = new double[input.length];
        for (int expert : best) {
            double[] part = swiglu(input, layer, expert);
            for (int i = 0; i < output.length; i++) {
                output[i] += probabilities[expert] / (mixture.renormalized() ? chosen : all) * part[i];
            }
        }
        return output;
    }

    private double[] swiglu(double[] input, int layer, int expert) {
        double[] gate = product(input, TensorRole.GATE, layer, expert);
        double[] up = product(input, TensorRole.UP, layer, expert);
        for (int i = 0; i < gate.length; i++) {
            gate[i] = gate[i] / (1 + Math.exp(-gate[i])) * up[i];
        }
        return product(gate, TensorRole.DOWN, layer, expert);
    }

    private double[] product(double[] vector, TensorRole role, int layer, int expert) {
        double[] input = holding.inputs(role, vector);
        float[] matrix = holding.weights(role, checkpoint.elements(role, layer, expert), input.length);
        double[] output = new double[matrix.length / input.length];
        for (int row = 0; row < output.length; row++) {
            for (int k = 0; k < input.length; k++) {
                output[row] += input[k] * matrix[row * input.length + k];
            }
        }
        return output;
    }

    private double[] normalize(double[] input, TensorRole role, int layer) {
        boolean weighted = spec.normalization() instanceof Normalization.RmsNorm;
        double mean = weighted
                ? 0
                : IntStream.range(0, input.length)
                        .mapToDouble(i -> input[i])
                        .average()
                        .orElse(0);
        double variance = 0;
        for (double x : input) {
            variance += (x - mean) * (x - mean) / input.length;
        }
        double epsilon = switch (spec.normalization()) {
            case Normalization.RmsNorm(float e) -> e;
            case Normalization.NonParametricLayerNorm(float e) -> e;
        };
        double[] output = new double[input.length];
        for (int i = 0; i < input.length; i++) {
            output[i] = (input[i] - mean) / Math.sqrt(variance + epsilon);
            if (weighted) {
                output[i] *= checkpoint.elements(role, layer, 0)[i];
            }
        }
        return output;
    }

    private static double[] clip(double[] vector, double bound) {
        double[] clipped = vector.clone();
        for (int i = 0; i < clipped.length; i++) {
            clipped[i] = Math.clamp(clipped[i], -bound, bound);
        }
        return clipped;
    }
}
