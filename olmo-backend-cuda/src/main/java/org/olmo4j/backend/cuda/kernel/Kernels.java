package org.olmo4j.backend.cuda.kernel;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.olmo4j.backend.KeyValueType;
import org.olmo4j.backend.WeightType;
import org.olmo4j.backend.cuda.driver.DeviceContext;
import org.olmo4j.backend.cuda.driver.Kernel;
import org.olmo4j.backend.cuda.driver.KernelModule;
import org.olmo4j.backend.cuda.driver.LaunchShape;
import org.olmo4j.backend.cuda.driver.Stream;
import org.olmo4j.spec.Normalization;

/**
 * Launches kernels on one stream; each method returns at once. All arithmetic is in binary32 with fused multiply-adds; sums run in a fixed order, so that
 * the same step gives the same bits on the same GPU. Used on its context's thread.
 */
public final class Kernels implements AutoCloseable {

    /** Most tokens for which a matrix is read row by row; from there on tiles of it are held in shared memory. */
    static final int FEW_TOKENS = 16;

    /** The largest head that the attention kernels have registers for. */
    public static final int LARGEST_HEAD = 256;

    private static final int WARP = 32;
    private static final int THREADS = 256;
    private static final int PROJECTION_WARPS = 4;
    private static final int ATTENTION_WARPS = 4;
    private static final int TILE = 64;

    /** Tokens that a kernel for few of them is compiled for. */
    private static final int[] TOKEN_COUNTS = {1, 2, 4, 8};

    private final KernelModule module;
    private final Stream stream;
    private final Map<String, Kernel> kernels = new HashMap<>();

    /**
     * Compiles the kernels.
     *
     * @param context of the GPU
     * @param ptx for its generation
     * @param stream on which they are launched
     */
    public Kernels(DeviceContext context, Ptx ptx, Stream stream) {
        this.module = KernelModule.load(context, ptx.text());
        this.stream = stream;
    }

    private Kernel kernel(String name, int parameters) {
        return kernels.computeIfAbsent(name, missing -> module.kernel(missing, parameters));
    }

    private static String name(WeightType type) {
        return type.name().toLowerCase(Locale.ROOT);
    }

    private static String name(KeyValueType type) {
        return type.name().toLowerCase(Locale.ROOT);
    }

    private static String name(Normalization kind) {
        return switch (kind) {
            case Normalization.RmsNorm rms -> "rms";
            case Normalization.NonParametricLayerNorm layer -> "layer";
        };
    }

    private static float epsilon(Normalization kind) {
        return switch (kind) {
            case Normalization.RmsNorm(float epsilon) -> epsilon;
            case Normalization.NonParametricLayerNorm(float epsilon) -> epsilon;
        };
    }

    private static int blocks(int elements, int ofBlock) {
        return (elements + ofBlock - 1) / ofBlock;
    }

    /**
     * Looks up the rows of tokens.
     *
     * @param table [vocabulary, hidden]
     * @param step whose ids are looked up
     * @param hidden gets [tokens, hidden]
     */
    public void embed(DeviceMatrix table, StepView step, Activations hidden) {
        kernel("embed_" + name(table.type()), 5)
                .pointer(step.ids())
                .pointer(table.weights())
                .pointer(table.scales())
                .pointer(hidden.address())
                .integer(hidden.stride())
                .launch(stream, LaunchShape.of(step.tokens(), THREADS));
    }

    /**
     * output = input x matrix transposed.
     *
     * @param matrix [outputs, inputs]
     * @param input [tokens, inputs]; for INT4 as {@link #roundToInt8} leaves it
     * @param tokens how many rows of the input
     * @param output gets [tokens, outputs]
     */
    public void project(DeviceMatrix matrix, Activations input, int tokens, Activations output) {
        if (tokens > FEW_TOKENS) {
            project(
                            "project_many_" + name(matrix.type()),
                            matrix,
                            input.address(),
                            output.address(),
                            output.stride(),
                            tokens)
                    .launch(stream, LaunchShape.of(blocks(matrix.rows(), TILE), blocks(tokens, TILE), THREADS));
            return;
        }
        for (int from = 0; from < tokens; ) {
            int most = TOKEN_COUNTS[TOKEN_COUNTS.length - 1];
            int part = Math.min(most, tokens - from);
            int compiled = most;
            for (int i = TOKEN_COUNTS.length - 1; i >= 0 && TOKEN_COUNTS[i] >= part; i--) {
                compiled = TOKEN_COUNTS[i];
            }
            project(
                            "project_" + compiled + "_" + name(matrix.type()),
                            matrix,
                            input.address() + (long) from * input.stride() * Float.BYTES,
                            output.address() + (long) from * output.stride() * Float.BYTES,
                            output.stride(),
                            part)
                    .launch(stream, LaunchShape.of(blocks(matrix.rows(), PROJECTION_WARPS), PROJECTION_WARPS * WARP));
            from += part;
        }
    }

    private Kernel project(String name, DeviceMatrix matrix, long input, long output, int outputStride, int tokens) {
        return kernel(name, 8)
                .pointer(matrix.weights())
                .pointer(matrix.scales())
                .pointer(input)
                .pointer(output)
                .integer(matrix.rows())
                .integer(matrix.stride())
                .integer(outputStride)
                .integer(tokens);
    }

    /**
     * For each slot, the product of a token's input with the matrix of the expert that it chose.
     *
     * @param experts the experts' matrices one after another; its rows are those of one
     * @param chosen for each slot the expert
     * @param slots how many
     * @param slotsOfInput how many slots share one row of the input: all of a token, or 1
     * @param input [slots / slotsOfInput, inputs]
     * @param output gets [slots, outputs]
     */
    public void projectSlots(
            DeviceMatrix experts, long chosen, int slots, int slotsOfInput, Activations input, Activations output) {
        kernel("project_slots_" + name(experts.type()), 9)
                .pointer(experts.weights())
                .pointer(experts.scales())
                .pointer(chosen)
                .pointer(input.address())
                .pointer(output.address())
                .integer(experts.rows())
                .integer(experts.stride())
                .integer(output.stride())
                .integer(slotsOfInput)
                .launch(
                        stream,
                        LaunchShape.of(blocks(experts.rows(), PROJECTION_WARPS), slots, PROJECTION_WARPS * WARP));
    }

    /**
     * Rounds inputs as {@link org.olmo4j.quantization.Int8Input} does, and widens them again.
     *
     * @param input [rows, width]
     * @param rows how many
     * @param output gets [rows, width]
     */
    public void roundToInt8(Activations input, int rows, Activations output) {
        int count = input.stride() / DeviceMatrix.BLOCK * rows;
        kernel("round_inputs_to_int8", 3)
                .pointer(input.address())
                .pointer(output.address())
                .integer(count)
                .launch(stream, LaunchShape.of(blocks(count, THREADS / WARP), THREADS));
    }

    /**
     * target = norm(source).
     *
     * @param kind of norm
     * @param weight address of [width]; 0 for a norm without
     * @param source [tokens, width]
     * @param rows address of the source's rows to take, one for each row of the target; 0 for all in order
     * @param count rows of the target
     * @param target gets [count, width]
     */
    public void normalize(
            Normalization kind, long weight, Activations source, long rows, int count, Activations target) {
        kernel("normalize_" + name(kind), 7)
                .pointer(source.address())
                .pointer(rows)
                .pointer(weight)
                .pointer(target.address())
                .integer(source.width())
                .integer(source.stride())
                .real(epsilon(kind))
                .launch(stream, LaunchShape.of(count, THREADS));
    }

    /**
     * hidden += norm(branch + bias).
     *
     * @param kind of norm
     * @param weight address of [width]; 0 for a norm without
     * @param branch [tokens, width]; overwritten
     * @param bias address of [width]; 0 for none
     * @param tokens how many
     * @param hidden is added to
     */
    public void addNormalized(
            Normalization kind, long weight, Activations branch, long bias, int tokens, Activations hidden) {
        kernel("add_normalized_" + name(kind), 7)
                .pointer(branch.address())
                .pointer(bias)
                .pointer(weight)
                .pointer(hidden.address())
                .integer(hidden.width())
                .integer(hidden.stride())
                .real(epsilon(kind))
                .launch(stream, LaunchShape.of(tokens, THREADS));
    }

    /**
     * hidden += branch + bias.
     *
     * @param branch [tokens, width]
     * @param bias address of [width]; 0 for none
     * @param tokens how many
     * @param hidden is added to
     */
    public void add(Activations branch, long bias, int tokens, Activations hidden) {
        kernel("add_branch", 5)
                .pointer(branch.address())
                .pointer(bias)
                .pointer(hidden.address())
                .integer(hidden.width())
                .integer(hidden.stride())
                .launch(stream, LaunchShape.of(tokens, THREADS));
    }

    /**
     * target = silu(gate) x up.
     *
     * @param gateUp [rows, 2 x width]: gate, then up
     * @param rows how many
     * @param target gets [rows, width]
     */
    public void swiglu(Activations gateUp, int rows, Activations target) {
        kernel("swiglu_rows", 5)
                .pointer(gateUp.address())
                .pointer(target.address())
                .integer(target.width())
                .integer(gateUp.stride())
                .integer(target.stride())
                .launch(stream, LaunchShape.of(blocks(target.width(), THREADS), rows, THREADS));
    }

    /**
     * The most probable experts of each token, the lower index first on a tie.
     *
     * @param logits [tokens, experts]; overwritten
     * @param tokens how many
     * @param count experts of a token
     * @param renormalized whether the shares of a token add up to 1
     * @param chosen address of [tokens, count] ints, gets the experts
     * @param shares address of [tokens, count] floats, gets their shares
     */
    public void chooseExperts(
            Activations logits, int tokens, int count, boolean renormalized, long chosen, long shares) {
        kernel("choose", 7)
                .pointer(logits.address())
                .pointer(chosen)
                .pointer(shares)
                .integer(logits.width())
                .integer(logits.stride())
                .integer(count)
                .integer(renormalized ? 1 : 0)
                .launch(stream, LaunchShape.of(tokens, WARP));
    }

    /**
     * branch = the sum of a token's slots by their shares.
     *
     * @param slots [tokens x count, width]
     * @param shares address of [tokens, count] floats
     * @param count slots of a token
     * @param tokens how many
     * @param branch gets [tokens, width]
     */
    public void combineExperts(Activations slots, long shares, int count, int tokens, Activations branch) {
        kernel("combine", 6)
                .pointer(slots.address())
                .pointer(shares)
                .pointer(branch.address())
                .integer(branch.width())
                .integer(branch.stride())
                .integer(count)
                .launch(stream, LaunchShape.of(tokens, THREADS));
    }

    /**
     * The heads of a model.
     *
     * @param queries how many query heads
     * @param keyValues how many key/value heads
     * @param size elements of each
     */
    public record Heads(int queries, int keyValues, int size) {}

    /**
     * What is done to projected queries, keys and values before attention.
     *
     * @param bias address of [queries, keys, values]; 0 for none
     * @param norm of queries and keys, if they are normalized
     * @param normalizes whether they are
     * @param queryWeight address of the norm's weight; 0 for none
     * @param keyWeight address of the norm's weight; 0 for none
     * @param clip bound; 0 for none
     * @param angles address of [context length, head size]: cosines, then sines
     */
    public record Shaping(
            long bias,
            Normalization norm,
            boolean normalizes,
            long queryWeight,
            long keyWeight,
            float clip,
            long angles) {}

    /**
     * Shapes queries, keys and values; keys and values go to the cache.
     *
     * @param projected [tokens, queries + keys + values]; changed in place
     * @param heads of the model
     * @param shaping what is done
     * @param step whose tokens they are
     * @param tables of the layer's cache group
     * @param cache of the layer
     */
    public void shapeHeads(
            Activations projected,
            Heads heads,
            Shaping shaping,
            StepView step,
            StepView.Tables tables,
            CacheView cache) {
        Kernel kernel = kernel("shape_heads_" + name(shaping.norm()) + "_" + name(cache.type()), 20)
                .pointer(projected.address())
                .integer(projected.stride())
                .integer(heads.queries())
                .integer(heads.keyValues())
                .integer(heads.size())
                .pointer(shaping.bias())
                .pointer(shaping.queryWeight())
                .pointer(shaping.keyWeight())
                .integer(shaping.normalizes() ? 1 : 0)
                .real(epsilon(shaping.norm()))
                .real(shaping.clip())
                .pointer(shaping.angles());
        where(kernel, step, tables, cache).launch(stream, LaunchShape.of(step.tokens(), THREADS));
    }

    private static Kernel where(Kernel kernel, StepView step, StepView.Tables tables, CacheView cache) {
        return kernel.pointer(step.positions())
                .pointer(step.sequences())
                .pointer(tables.address())
                .integer(tables.stride())
                .pointer(cache.memory())
                .longInteger(cache.blockBytes())
                .longInteger(cache.layerOffset())
                .longInteger(cache.valuesDistance());
    }

    /**
     * Attention of every query over the keys that it sees.
     *
     * @param projected as {@link #shapeHeads} leaves it
     * @param heads of the model
     * @param window tokens that a query sees, itself included; 0 for all
     * @param step whose tokens they are
     * @param tables of the layer's cache group
     * @param cache of the layer
     * @param split how the keys of a query are divided
     * @param attended gets [tokens, queries]
     */
    public void attend(
            Activations projected,
            Heads heads,
            int window,
            StepView step,
            StepView.Tables tables,
            CacheView cache,
            Split split,
            Activations attended) {
        int elements = Math.max(1, Integer.highestOneBit((heads.size() - 1) / WARP) * 2);
        Kernel kernel = kernel("attend_" + elements + "_" + name(cache.type()), 19)
                .pointer(projected.address())
                .integer(projected.stride())
                .pointer(attended.address())
                .integer(attended.stride())
                .integer(heads.queries())
                .integer(heads.keyValues())
                .integer(heads.size())
                .real((float) (1 / Math.sqrt(heads.size())))
                .integer(window);
        where(kernel, step, tables, cache)
                .pointer(split.partials())
                .pointer(split.arrivals())
                .launch(
                        stream,
                        new LaunchShape(heads.queries(), step.tokens(), split.parts(), ATTENTION_WARPS * WARP, 0));
    }

    /**
     * How the keys of a query are divided between blocks of threads, so that a long context keeps the whole GPU busy also for a few tokens.
     *
     * @param parts for each query and head
     * @param partials address of [tokens, heads, parts, 2 + head size] floats
     * @param arrivals address of [tokens, heads] ints, which are 0 before and after
     */
    public record Split(int parts, long partials, long arrivals) {}

    @Override
    public void close() {
        module.close();
    }
}
