package org.olmo4j.backend;

import org.olmo4j.sampling.SamplingOptions;
import org.olmo4j.spec.OlmoSpec;

/**
 * A model on a device. One thread, the engine's, calls {@link #submit} and {@link #copyBlocks}; everything else is thread-safe.
 */
public interface LoadedModel extends AutoCloseable {

    /**
     * What the model computes.
     *
     * @return the checkpoint's spec
     */
    OlmoSpec spec();

    /**
     * What was chosen, in one line: device, kernels, lane width, threads, weight and KV types, and why.
     *
     * @return for log and health
     */
    String description();

    /**
     * What decides which bits are computed.
     *
     * @return for the replay key
     */
    Numerics numerics();

    /**
     * Whose turn it is on the device.
     *
     * @return the same for all models on one device
     */
    StepArbiter arbiter();

    /**
     * Bounds of a step.
     *
     * @return the options it was loaded with, with every 0 replaced by what was chosen
     */
    LoadOptions options();

    /**
     * How keys and values are kept.
     *
     * @return one group for each distinct kind of attention
     */
    CacheLayout cacheLayout();

    /**
     * Whether the device can draw tokens with these options itself, so that a row may ask for {@link OutputRequest.Sample}.
     *
     * @param options of a request
     * @return false where the engine has to sample from logits
     */
    default boolean samples(SamplingOptions options) {
        return false;
    }

    /**
     * Runs a step, or queues it behind the ones submitted before.
     *
     * @param step rows within the bounds of {@link #options()}
     * @return its result, now or later
     * @throws IllegalArgumentException if the step is malformed (empty, over the bounds, ids outside the vocabulary, missing blocks)
     */
    StepHandle submit(Step step);

    /**
     * Copies the keys and values of whole blocks, as sharing a partly filled block needs it. Not part of a step: the engine takes no turn
     * of the device for it.
     *
     * @param group index in {@link CacheLayout#groups()}
     * @param from block ids
     * @param to as many block ids, none of them in {@code from}
     * @throws org.olmo4j.error.DeviceFailedException if the device failed, for want of memory say; nothing was copied
     */
    void copyBlocks(int group, int[] from, int[] to);

    /** Frees everything it holds on the device, also if that has failed for good; the checkpoint stays open. */
    @Override
    void close();
}
