package org.olmo4j.backend.cuda;

import java.util.List;
import java.util.OptionalInt;
import java.util.function.BooleanSupplier;
import org.olmo4j.backend.WeightType;
import org.olmo4j.backend.cuda.kernel.Activations;
import org.olmo4j.backend.cuda.kernel.CacheView;
import org.olmo4j.backend.cuda.kernel.DeviceMatrix;
import org.olmo4j.backend.cuda.kernel.Kernels;
import org.olmo4j.backend.cuda.kernel.Kernels.Heads;
import org.olmo4j.backend.cuda.kernel.Kernels.Shaping;
import org.olmo4j.backend.cuda.kernel.StepView;
import org.olmo4j.spec.FeedForward;
import org.olmo4j.spec.LayerSpec;
import org.olmo4j.spec.NormPlacement;
import org.olmo4j.spec.OlmoSpec;

/** The one forward pass of all families, steered by the spec: it queues kernels, and waits for none. On its context's thread. */
final class ForwardPass {

    private final OlmoSpec spec;
    private final ModelWeights weights;
    private final BlockCache cache;
    private final AngleTables angles;
    private final Workspace workspace;
    private final Kernels kernels;
    private final Heads heads;

    ForwardPass(
            OlmoSpec spec,
            ModelWeights weights,
            BlockCache cache,
            AngleTables angles,
            Workspace workspace,
            Kernels kernels) {
        this.spec = spec;
        this.weights = weights;
        this.cache = cache;
        this.angles = angles;
        this.workspace = workspace;
        this.kernels = kernels;
        this.heads = new Heads(spec.attentionHeads(), spec.keyValueHeads(), spec.headSize());
    }

    /**
     * A step on the GPU.
     *
     * @param view of its tokens
     * @param tables for each cache group
     * @param longest position of any token + 1
     */
    record DeviceStep(StepView view, List<StepView.Tables> tables, int longest) {}

    /**
     * Queues all layers: keys and values go to the cache, and {@link #logits} can be queued afterwards.
     *
     * @param step on the GPU
     * @param stop polled between layers
     * @return false if it was stopped; layers before are queued all the same
     */
    boolean run(DeviceStep step, BooleanSupplier stop) {
        int tokens = step.view().tokens();
        kernels.embed(weights.embedding(), step.view(), workspace.hidden);
        for (int layer = 0; layer < spec.layerCount(); layer++) {
            if (stop.getAsBoolean()) {
                return false;
            }
            ModelWeights.Layer parts = weights.layers().get(layer);
            Activations input = enter(parts.attentionNorm(), tokens);
            attention(step, layer, parts, input);
            leave(parts.attentionNorm(), parts.outputBias(), tokens);
            input = enter(parts.feedForwardNorm(), tokens);
            feedForward(parts, input, tokens);
            leave(parts.feedForwardNorm(), 0, tokens);
        }
        return true;
    }

    /**
     * Queues the logits of some tokens of the step that ran last.
     *
     * @param rows address of their indices in the step
     * @param count how many, at most {@link Workspace#LOGIT_ROWS}
     * @return [count, vocabulary]
     */
    Activations logits(long rows, int count) {
        kernels.normalize(spec.normalization(), weights.finalNorm(), workspace.hidden, rows, count, workspace.normed);
        project(weights.outputHead(), workspace.normed, count, workspace.logits);
        return workspace.logits;
    }

    /** What goes into a branch: the residual stream, normalized where the family normalizes before branches. */
    private Activations enter(long norm, int tokens) {
        if (spec.normPlacement() == NormPlacement.ON_BRANCH_OUTPUT) {
            return workspace.hidden;
        }
        kernels.normalize(spec.normalization(), norm, workspace.hidden, 0, tokens, workspace.normed);
        return workspace.normed;
    }

    /** Adds the branch to the residual stream, normalized where the family normalizes the output of branches. */
    private void leave(long norm, long bias, int tokens) {
        if (spec.normPlacement() == NormPlacement.ON_BRANCH_OUTPUT) {
            kernels.addNormalized(spec.normalization(), norm, workspace.branch, bias, tokens, workspace.hidden);
        } else {
            kernels.add(workspace.branch, bias, tokens, workspace.hidden);
        }
    }

    private void attention(DeviceStep step, int layer, ModelWeights.Layer parts, Activations input) {
        int tokens = step.view().tokens();
        project(parts.projection(), input, tokens, workspace.projected);
        StepView.Tables tables = step.tables().get(cache.group(layer));
        CacheView view = cache.view(layer);
        kernels.shapeHeads(
                workspace.projected,
                heads,
                new Shaping(
                        parts.projectionBias(),
                        spec.normalization(),
                        spec.queryKeyNorm(),
                        parts.queryNorm(),
                        parts.keyNorm(),
                        (float) spec.queryKeyValueClip().orElse(0),
                        angles.address(layer)),
                step.view(),
                tables,
                view);
        OptionalInt window = window(layer);
        int seen = Math.min(step.longest(), window.orElse(Integer.MAX_VALUE));
        kernels.attend(
                workspace.projected,
                heads,
                window.orElse(0),
                step.view(),
                tables,
                view,
                workspace.split(tokens, seen, CacheView.BLOCK_TOKENS),
                workspace.attended);
        project(parts.output(), workspace.attended, tokens, workspace.branch);
    }

    private OptionalInt window(int layer) {
        return switch (spec.layers().get(layer).attention()) {
            case LayerSpec.Attention.Full() -> OptionalInt.empty();
            case LayerSpec.Attention.SlidingWindow(int window) -> OptionalInt.of(window);
        };
    }

    private void feedForward(ModelWeights.Layer parts, Activations input, int tokens) {
        switch (spec.feedForward()) {
            case FeedForward.Dense dense -> {
                project(parts.gateUp(), input, tokens, workspace.gateUp);
                kernels.swiglu(workspace.gateUp, tokens, workspace.activated);
                project(parts.down(), workspace.activated, tokens, workspace.branch);
            }
            case FeedForward.MixtureOfExperts mixture -> mixture(mixture, parts, input, tokens);
        }
    }

    private void mixture(
            FeedForward.MixtureOfExperts mixture, ModelWeights.Layer parts, Activations input, int tokens) {
        Workspace.Experts experts = workspace.experts.orElseThrow();
        int count = mixture.expertsPerToken();
        int slots = tokens * count;
        int intermediate = mixture.intermediateSize();
        project(parts.router().orElseThrow(), input, tokens, experts.scores());
        kernels.chooseExperts(
                experts.scores(), tokens, count, mixture.renormalized(), experts.chosen(), experts.shares());
        DeviceMatrix gateUp = parts.gateUp().rows(0, 2 * intermediate);
        kernels.projectSlots(gateUp, experts.chosen(), slots, count, readable(gateUp, input, tokens), workspace.gateUp);
        kernels.swiglu(workspace.gateUp, slots, workspace.activated);
        DeviceMatrix down = parts.down().rows(0, spec.hiddenSize());
        kernels.projectSlots(
                down, experts.chosen(), slots, 1, readable(down, workspace.activated, slots), experts.slots());
        kernels.combineExperts(experts.slots(), experts.shares(), count, tokens, workspace.branch);
    }

    private void project(DeviceMatrix matrix, Activations input, int rows, Activations output) {
        kernels.project(matrix, readable(matrix, input, rows), rows, output);
    }

    /** The input as a matrix reads it: rounded to 8 bits for int4 weights. */
    private Activations readable(DeviceMatrix matrix, Activations input, int rows) {
        if (matrix.type() != WeightType.INT4) {
            return input;
        }
        Activations rounded = new Activations(workspace.rounded.address(), input.width());
        kernels.roundToInt8(input, rows, rounded);
        return rounded;
    }
}
