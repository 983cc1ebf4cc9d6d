package org.olmo4j.backend.cuda;

import java.lang.foreign.MemorySegment;
import java.util.Optional;
import org.olmo4j.backend.LoadOptions;
import org.olmo4j.backend.cuda.driver.Stream;
import org.olmo4j.backend.cuda.kernel.Activations;
import org.olmo4j.backend.cuda.kernel.Kernels;
import org.olmo4j.spec.FeedForward;
import org.olmo4j.spec.OlmoSpec;

/** The memory in which a step's activations lie, for the largest step. Zero at first, and what lies behind a row's width stays so. */
final class Workspace {

    /** Tokens whose logits are held at once: 64 x 100k floats are 26 MB. */
    static final int LOGIT_ROWS = 64;

    /** Queries and parts of their keys that leave partial results, while there are few queries. */
    private static final int PARTS = 4096;

    private final OlmoSpec spec;
    private final GpuMemory memory;
    private final int tokens;

    final Activations hidden;
    final Activations normed;
    final Activations projected;
    final Activations attended;
    final Activations branch;
    final Activations gateUp;
    final Activations activated;
    final Activations rounded;
    final Activations logits;
    final Optional<Experts> experts;
    private final long partials;
    private final long arrivals;

    /**
     * Memory for a mixture.
     *
     * @param scores [tokens, experts]
     * @param slots [tokens x chosen, hidden]
     * @param chosen address of [tokens, chosen] ints
     * @param shares address of [tokens, chosen] floats
     */
    record Experts(Activations scores, Activations slots, long chosen, long shares) {}

    /**
     * Divides memory.
     *
     * @param memory of {@link #bytes}
     * @param stream on which it is cleared
     * @param spec of the model
     * @param options bounds of a step
     */
    Workspace(GpuMemory memory, Stream stream, OlmoSpec spec, LoadOptions options) {
        this.spec = spec;
        this.tokens = options.maxStepTokens();
        this.memory = memory;
        stream.clear(memory.memory());
        int slots = slots(spec, tokens);
        hidden = take(spec.hiddenSize(), tokens);
        normed = take(spec.hiddenSize(), Math.max(tokens, LOGIT_ROWS));
        projected = take(spec.queryWidth() + 2 * spec.keyValueWidth(), tokens);
        attended = take(spec.queryWidth(), tokens);
        branch = take(spec.hiddenSize(), tokens);
        gateUp = take(2 * spec.feedForward().intermediateSize(), slots);
        activated = take(spec.feedForward().intermediateSize(), slots);
        rounded = take(widestInput(spec), Math.max(slots, LOGIT_ROWS));
        logits = take(spec.vocabularySize(), LOGIT_ROWS);
        partials = memory.address(memory.take(partialBytes(spec)));
        arrivals = memory.address(memory.take((long) tokens * spec.attentionHeads() * Integer.BYTES));
        experts = spec.feedForward() instanceof FeedForward.MixtureOfExperts mixture
                ? Optional.of(new Experts(
                        take(mixture.experts(), tokens),
                        take(spec.hiddenSize(), slots),
                        memory.address(memory.take((long) slots * Integer.BYTES)),
                        memory.address(memory.take((long) slots * Float.BYTES))))
                : Optional.empty();
    }

    private Activations take(int width, int rows) {
        return new Activations(memory.address(memory.take(Activations.bytes(width, rows))), width);
    }

    /** Inputs of the feed-forward: as many as there are tokens, times the experts that each chooses. */
    private static int slots(OlmoSpec spec, int tokens) {
        return spec.feedForward() instanceof FeedForward.MixtureOfExperts mixture
                ? tokens * mixture.expertsPerToken()
                : tokens;
    }

    private static int widestInput(OlmoSpec spec) {
        return Math.max(
                Math.max(spec.hiddenSize(), spec.queryWidth()),
                spec.feedForward().intermediateSize());
    }

    private static long partialBytes(OlmoSpec spec) {
        return (long) PARTS * (2 + spec.headSize()) * Float.BYTES;
    }

    /**
     * The memory that it takes.
     *
     * @param spec of the model
     * @param options bounds of a step
     * @return bytes
     */
    static long bytes(OlmoSpec spec, LoadOptions options) {
        int tokens = options.maxStepTokens();
        int slots = slots(spec, tokens);
        int hiddenSize = spec.hiddenSize();
        int intermediate = spec.feedForward().intermediateSize();
        long bytes = 2 * taken(hiddenSize, tokens)
                + taken(hiddenSize, Math.max(tokens, LOGIT_ROWS))
                + taken(spec.queryWidth() + 2 * spec.keyValueWidth(), tokens)
                + taken(spec.queryWidth(), tokens)
                + taken(2 * intermediate, slots)
                + taken(intermediate, slots)
                + taken(widestInput(spec), Math.max(slots, LOGIT_ROWS))
                + taken(spec.vocabularySize(), LOGIT_ROWS)
                + GpuMemory.taken(partialBytes(spec))
                + GpuMemory.taken((long) tokens * spec.attentionHeads() * Integer.BYTES);
        if (spec.feedForward() instanceof FeedForward.MixtureOfExperts mixture) {
            bytes += taken(mixture.experts(), tokens)
                    + taken(hiddenSize, slots)
                    + 2 * GpuMemory.taken((long) slots * Integer.BYTES);
        }
        return bytes;
    }

    private static long taken(int width, int rows) {
        return GpuMemory.taken(Activations.bytes(width, rows));
    }

    /**
     * How attention divides the keys of each query.
     *
     * @param stepTokens queries of the step
     * @param longest keys that one of them sees
     * @param blockTokens keys that stay together
     * @return one part for many queries or few keys
     */
    Kernels.Split split(int stepTokens, int longest, int blockTokens) {
        int most = Math.max(1, PARTS / (stepTokens * spec.attentionHeads()));
        // A part of a few blocks is soon done; more parts would only have to be merged.
        int useful = Math.max(1, longest / (4 * blockTokens));
        return new Kernels.Split(Math.min(most, useful), partials, arrivals);
    }

    /**
     * Queues a copy of logits to the host.
     *
     * @param stream on which
     * @param target pinned memory
     * @param bytes of the first rows
     */
    void copyLogits(Stream stream, MemorySegment target, long bytes) {
        stream.copy(memory.memory(), logits.address() - memory.memory().address(), target, bytes);
    }
}
