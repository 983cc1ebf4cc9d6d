package org.olmo4j.backend.cpu;

import org.olmo4j.backend.LoadOptions;
import org.olmo4j.backend.LoadProgress;
import org.olmo4j.backend.LoadedModel;
import org.olmo4j.backend.cpu.kernel.KernelChoice;
import org.olmo4j.checkpoint.TensorType;
import org.olmo4j.spec.OlmoSpec;

/** Every way in which a model's weights are held: each has kernels of its own. */
enum WeightHolding {
    F32(TensorType.F32),
    F16(TensorType.F16),
    BF16(TensorType.BF16);

    private final TensorType stored;

    WeightHolding(TensorType stored) {
        this.stored = stored;
    }

    RandomCheckpoint checkpoint(OlmoSpec spec) {
        return new RandomCheckpoint(spec, stored);
    }

    LoadOptions options(int threads) {
        return TestModels.options(threads, 32L << 20, 1024, 16);
    }

    LoadedModel load(RandomCheckpoint checkpoint, KernelChoice kernels, int threads) {
        return new CpuBackendProvider(kernels).load(checkpoint, options(threads), LoadProgress.NONE);
    }
}
