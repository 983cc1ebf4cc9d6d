package org.olmo4j.backend.cpu.kernel;

/** One way to compute {@link Kernels#multiply}, with its own form of inputs. Not thread-safe. */
interface Product {

    /** As {@link Kernels#prepare}. */
    void prepare(WeightMatrix matrix, float[] source, int from, int to, Activations target);

    /** As {@link Kernels#multiply}. */
    void multiply(WeightMatrix matrix, int rowFrom, int rowTo, Activations inputs, float[] outputs, int outputStride);
}
