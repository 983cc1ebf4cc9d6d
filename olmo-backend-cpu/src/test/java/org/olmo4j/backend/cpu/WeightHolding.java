package org.olmo4j.backend.cpu;

import org.olmo4j.backend.KeyValueType;
import org.olmo4j.backend.LoadOptions;
import org.olmo4j.backend.LoadProgress;
import org.olmo4j.backend.LoadedModel;
import org.olmo4j.backend.WeightType;
import org.olmo4j.backend.conformance.RandomCheckpoint;
import org.olmo4j.backend.conformance.TestModels;
import org.olmo4j.backend.cpu.kernel.KernelChoice;
import org.olmo4j.checkpoint.TensorType;
import org.olmo4j.spec.OlmoSpec;

/** Every way in which a model's weights are held, and its keys and values kept: each has kernels of its own. */
enum WeightHolding {
    F32(TensorType.F32, WeightType.STORED, KeyValueType.F32),
    F16(TensorType.F16, WeightType.STORED, KeyValueType.F32),
    BF16(TensorType.BF16, WeightType.STORED, KeyValueType.F32),
    INT8(TensorType.BF16, WeightType.INT8, KeyValueType.F32),
    INT4(TensorType.BF16, WeightType.INT4, KeyValueType.BF16);

    private final TensorType stored;
    private final WeightType held;
    private final KeyValueType keyValues;

    WeightHolding(TensorType stored, WeightType held, KeyValueType keyValues) {
        this.stored = stored;
        this.held = held;
        this.keyValues = keyValues;
    }

    RandomCheckpoint checkpoint(OlmoSpec spec) {
        return new RandomCheckpoint(spec, stored);
    }

    LoadOptions options(int threads) {
        return TestModels.options(threads, 32L << 20, 1024, 16)
                .mutate()
                .weights(held)
                .keyValues(keyValues)
                .build();
    }

    LoadedModel load(RandomCheckpoint checkpoint, KernelChoice kernels, int threads) {
        return new CpuBackendProvider(kernels).load(checkpoint, options(threads), LoadProgress.NONE);
    }
}
