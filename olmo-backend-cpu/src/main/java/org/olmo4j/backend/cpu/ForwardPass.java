package org.olmo4j.backend.cpu;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.olmo4j.backend.cpu.kernel.Activations;
import org.olmo4j.backend.cpu.kernel.Attention;
import org.olmo4j.backend.cpu.kernel.Contract;
import org.olmo4j.backend.cpu.kernel.Kernels;
import org.olmo4j.backend.cpu.kernel.WeightMatrix;
import org.olmo4j.spec.LayerSpec;
import org.olmo4j.spec.NormPlacement;
import org.olmo4j.spec.OlmoSpec;

/**
 * The one forward pass of all families, steered by the spec. All arrays are [tokens, width], row-major; they grow to the largest step
 * and are reused. Called by one thread; the pool does the work.
 */
final class ForwardPass {

    /** Tokens whose attention one piece of work computes: consecutive ones share the keys and values in the cache. */
    private static final int ATTENTION_TOKENS = 16;

    /** From this many tokens on, work on single tokens is spread over the threads. */
    private static final int TOKEN_GRAIN = 4;

    private final OlmoSpec spec;
    private final ModelWeights weights;
    private final KeyValueCache cache;
    private final ComputePool pool;
    private final RotaryTables rotary;
    private final @Nullable ExpertLayer experts;
    /** One for each thread, as kernels are: new ones for each head would be half a megabyte of garbage a token. */
    private final Map<Kernels, Attention> attentions = new ConcurrentHashMap<>();

    private final Activations activations = new Activations();

    private float[] hidden = new float[0];
    private float[] normed = new float[0];
    private float[] query = new float[0];
    private float[] key = new float[0];
    private float[] value = new float[0];
    private float[] attended = new float[0];
    private float[] branch = new float[0];
    private float[] gate = new float[0];
    private float[] up = new float[0];

    ForwardPass(OlmoSpec spec, ModelWeights weights, KeyValueCache cache, ComputePool pool) {
        this.spec = spec;
        this.weights = weights;
        this.cache = cache;
        this.pool = pool;
        this.rotary = new RotaryTables(spec);
        this.experts = ExpertLayer.of(spec, this);
    }

    /**
     * Runs all layers: keys and values go to the cache, and {@link #logits} can be asked for afterwards.
     *
     * @param batch the tokens; a token's predecessors in its sequence are in the cache or before it in the batch
     * @param stop polled between layers
     * @return false if it was stopped
     */
    boolean run(TokenBatch batch, BooleanSupplier stop) {
        int tokens = batch.size();
        int width = spec.hiddenSize();
        reserve(tokens);
        rotary.prepare(pool, batch.positions());
        forEachToken(tokens, token -> weights.embedding().widenRow(batch.ids()[token], hidden, token * width));
        for (int layer = 0; layer < spec.layerCount(); layer++) {
            if (stop.getAsBoolean()) {
                return false;
            }
            ModelWeights.Layer parts = weights.layers().get(layer);
            float[] input = enter(parts.attentionNorm(), tokens);
            attention(batch, layer, parts, input);
            leave(parts.attentionNorm(), tokens);
            input = enter(parts.feedForwardNorm(), tokens);
            if (experts != null && parts.router() != null) {
                experts.compute(parts.router(), parts.networks(), input, tokens, branch);
            } else {
                swiglu(parts.networks().getFirst(), input, tokens, branch);
            }
            leave(parts.feedForwardNorm(), tokens);
        }
        return true;
    }

    /**
     * The logits of some tokens of the batch that ran last.
     *
     * @param tokens their indices in the batch
     * @param logits gets [tokens, vocabulary]
     */
    void logits(int[] tokens, float[] logits) {
        int width = spec.hiddenSize();
        forEachToken(
                tokens.length, i -> weights.finalNorm().apply(hidden, tokens[i] * width, width, normed, i * width));
        project(weights.outputHead(), normed, tokens.length, logits);
    }

    private void reserve(int tokens) {
        if (hidden.length >= tokens * spec.hiddenSize()) {
            return;
        }
        normed = new float[tokens * spec.hiddenSize()];
        branch = new float[tokens * spec.hiddenSize()];
        query = new float[tokens * spec.queryWidth()];
        attended = new float[tokens * spec.queryWidth()];
        key = new float[tokens * spec.keyValueWidth()];
        value = new float[tokens * spec.keyValueWidth()];
        gate = new float[tokens * spec.feedForward().intermediateSize()];
        up = new float[tokens * spec.feedForward().intermediateSize()];
        // The last: its length says how many tokens all have room for, also when memory ran out half-way.
        hidden = new float[tokens * spec.hiddenSize()];
    }

    /** What goes into a branch: the residual stream, normalized where the family normalizes before branches. */
    private float[] enter(Norm norm, int tokens) {
        if (spec.normPlacement() == NormPlacement.ON_BRANCH_OUTPUT) {
            return hidden;
        }
        int width = spec.hiddenSize();
        forEachToken(tokens, token -> norm.apply(hidden, token * width, width, normed, token * width));
        return normed;
    }

    /** Adds the branch to the residual stream, normalized where the family normalizes the output of branches. */
    private void leave(Norm norm, int tokens) {
        int width = spec.hiddenSize();
        forEachToken(tokens, token -> {
            int start = token * width;
            if (spec.normPlacement() == NormPlacement.ON_BRANCH_OUTPUT) {
                norm.apply(branch, start, width, branch, start);
            }
            for (int i = start; i < start + width; i++) {
                hidden[i] += branch[i];
            }
        });
    }

    private void attention(TokenBatch batch, int layer, ModelWeights.Layer parts, float[] input) {
        int tokens = batch.size();
        project(
                input,
                tokens,
                new Product(parts.query().matrix(), query),
                new Product(parts.key().matrix(), key),
                new Product(parts.value().matrix(), value));
        addBias(parts.query(), tokens, query);
        addBias(parts.key(), tokens, key);
        addBias(parts.value(), tokens, value);
        forEachToken(tokens, token -> shapeHeads(batch, layer, parts, token));
        int chunks = (tokens + ATTENTION_TOKENS - 1) / ATTENTION_TOKENS;
        pool.run(chunks * spec.keyValueHeads(), (kernels, piece) -> {
            int head = piece % spec.keyValueHeads();
            int from = piece / spec.keyValueHeads() * ATTENTION_TOKENS;
            attend(kernels, batch, layer, head, from, Math.min(tokens, from + ATTENTION_TOKENS));
        });
        project(parts.output().matrix(), attended, tokens, branch);
        addBias(parts.output(), tokens, branch);
    }

    /** Norm, clip and rotation of one token's queries and keys, then its keys and values into the cache. */
    private void shapeHeads(TokenBatch batch, int layer, ModelWeights.Layer parts, int token) {
        int queryWidth = spec.queryWidth();
        int keyWidth = spec.keyValueWidth();
        if (parts.queryNorm() != null && parts.keyNorm() != null) {
            parts.queryNorm().apply(query, token * queryWidth, queryWidth, query, token * queryWidth);
            parts.keyNorm().apply(key, token * keyWidth, keyWidth, key, token * keyWidth);
        }
        spec.queryKeyValueClip().ifPresent(bound -> {
            clip(query, token * queryWidth, queryWidth, (float) bound);
            clip(key, token * keyWidth, keyWidth, (float) bound);
            clip(value, token * keyWidth, keyWidth, (float) bound);
        });
        rotary.rotate(layer, token, query, token * queryWidth, spec.attentionHeads());
        rotary.rotate(layer, token, key, token * keyWidth, spec.keyValueHeads());
        int position = batch.positions()[token];
        int block = batch.blockTables().get(token).get(cache.group(layer))[position / Attention.TILE_TOKENS];
        cache.write(layer, block, position % Attention.TILE_TOKENS, key, value, token * keyWidth);
    }

    private static void clip(float[] vector, int from, int length, float bound) {
        for (int i = from; i < from + length; i++) {
            vector[i] = Math.clamp(vector[i], -bound, bound);
        }
    }

    /** All query heads of one key/value head, for some tokens. */
    private void attend(Kernels kernels, TokenBatch batch, int layer, int head, int from, int to) {
        Attention attention =
                attentions.computeIfAbsent(kernels, thread -> new Attention(cache.type(), spec.headSize()));
        int queriesOfHead = spec.attentionHeads() / spec.keyValueHeads();
        float scale = (float) (1 / Math.sqrt(spec.headSize()));
        for (int token = from; token < to; token++) {
            int position = batch.positions()[token];
            int first = switch (spec.layers().get(layer).attention()) {
                case LayerSpec.Attention.Full() -> 0;
                case LayerSpec.Attention.SlidingWindow(int window) -> Math.max(0, position - window + 1);
            };
            int[] blocks = batch.blockTables().get(token).get(cache.group(layer));
            for (int i = head * queriesOfHead; i < (head + 1) * queriesOfHead; i++) {
                int offset = token * spec.queryWidth() + i * spec.headSize();
                attention.start(query, offset, scale);
                for (int tile = first / Attention.TILE_TOKENS; tile <= position / Attention.TILE_TOKENS; tile++) {
                    int start = tile * Attention.TILE_TOKENS;
                    long keys = cache.keysOffset(layer, blocks[tile], head);
                    kernels.attend(
                            attention,
                            cache.slab(layer, blocks[tile]),
                            keys,
                            cache.slab(layer, blocks[tile]),
                            keys + cache.valuesDistance(),
                            Math.max(0, first - start),
                            Math.min(Attention.TILE_TOKENS, position + 1 - start));
                }
                attention.finish(attended, offset);
            }
        }
    }

    /**
     * One SwiGLU network.
     *
     * @param network its weights
     * @param input [tokens, hidden]
     * @param tokens how many
     * @param output gets [tokens, hidden]
     */
    void swiglu(ModelWeights.SwiGlu network, float[] input, int tokens, float[] output) {
        project(input, tokens, new Product(network.gate(), gate), new Product(network.up(), up));
        pool.runRanges(tokens * network.gate().rows(), 1024, (kernels, from, to) -> kernels.swiglu(gate, up, from, to));
        project(network.down(), gate, tokens, output);
    }

    private void addBias(ModelWeights.Projection projection, int tokens, float[] output) {
        float[] bias = projection.bias();
        if (bias != null) {
            forEachToken(tokens, token -> {
                for (int i = 0; i < bias.length; i++) {
                    output[token * bias.length + i] += bias[i];
                }
            });
        }
    }

    /**
     * output = input x matrix transposed.
     *
     * @param matrix [rows, columns]
     * @param input [tokens, columns]
     * @param tokens how many
     * @param output gets [tokens, rows]
     */
    void project(WeightMatrix matrix, float[] input, int tokens, float[] output) {
        project(input, tokens, new Product(matrix, output));
    }

    /**
     * One of several products with the same input.
     *
     * @param matrix [rows, columns]
     * @param output gets [tokens, rows]
     */
    private record Product(WeightMatrix matrix, float[] output) {}

    /** In one loop as far as the matrices read the input in the same form: threads meet less often. */
    private void project(float[] input, int tokens, Product... products) {
        int first = 0;
        for (int next = 1; next <= products.length; next++) {
            if (next == products.length || !products[next].matrix().sharesInputs(products[first].matrix())) {
                multiply(input, tokens, List.of(products).subList(first, next));
                first = next;
            }
        }
    }

    private void multiply(float[] input, int tokens, List<Product> products) {
        WeightMatrix first = products.getFirst().matrix();
        activations.reserve(first, tokens);
        pool.runRanges(
                tokens,
                Activations.TOKEN_GROUP,
                (kernels, from, to) -> kernels.prepare(first, input, from, to, activations));
        int groups =
                products.stream().mapToInt(product -> groups(product.matrix())).sum();
        pool.runRanges(groups, 1, (kernels, from, to) -> {
            int start = 0;
            for (Product product : products) {
                WeightMatrix matrix = product.matrix();
                int rowFrom = Math.max(0, from - start) * Contract.ROW_GROUP;
                int rowTo = Math.min(matrix.rows(), (to - start) * Contract.ROW_GROUP);
                if (rowFrom < rowTo) {
                    kernels.multiply(matrix, rowFrom, rowTo, activations, product.output(), matrix.rows());
                }
                start += groups(matrix);
            }
        });
    }

    private static int groups(WeightMatrix matrix) {
        return (matrix.rows() + Contract.ROW_GROUP - 1) / Contract.ROW_GROUP;
    }

    /** Does something for each token, on all threads where there are enough tokens to share. */
    private void forEachToken(int tokens, TokenBody body) {
        if (tokens < TOKEN_GRAIN) {
            for (int token = 0; token < tokens; token++) {
                body.run(token);
            }
            return;
        }
        pool.runRanges(tokens, TOKEN_GRAIN, (kernels, from, to) -> {
            for (int token = from; token < to; token++) {
                body.run(token);
            }
        });
    }

    /** Work on one token. */
    @FunctionalInterface
    private interface TokenBody {
        void run(int token);
    }
}
