package org.olmo4j.backend.cpu;

import java.util.List;
import java.util.Locale;
import org.olmo4j.backend.Availability;
import org.olmo4j.backend.BackendProvider;
import org.olmo4j.backend.CacheLayout;
import org.olmo4j.backend.LoadOptions;
import org.olmo4j.backend.LoadProgress;
import org.olmo4j.backend.LoadedModel;
import org.olmo4j.backend.Numerics;
import org.olmo4j.backend.cpu.kernel.Contract;
import org.olmo4j.backend.cpu.kernel.KernelChoice;
import org.olmo4j.checkpoint.Checkpoint;
import org.olmo4j.checkpoint.TensorRole;
import org.olmo4j.error.BackendUnavailableException;
import org.olmo4j.spec.OlmoSpec;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs models on the CPU: always available, with vector kernels where the JVM runs them well. Thread-safe. */
public final class CpuBackendProvider implements BackendProvider {

    private static final Logger LOG = LoggerFactory.getLogger(CpuBackendProvider.class);

    /** Sequences of full length for which the default cache has room, memory allowing. */
    private static final int DEFAULT_CACHE_SEQUENCES = 8;

    private final KernelChoice kernels;
    private final CpuDevice device;

    /** For the ServiceLoader: the best kernels of this JVM. */
    public CpuBackendProvider() {
        this(KernelChoice.best());
    }

    /**
     * With kernels of one's own choice, as tests and benchmarks compare them.
     *
     * @param kernels what computes
     */
    public CpuBackendProvider(KernelChoice kernels) {
        this.kernels = kernels;
        this.device = new CpuDevice(kernels);
    }

    @Override
    public String name() {
        return "cpu";
    }

    @Override
    public int priority() {
        return 0;
    }

    @Override
    public Availability availability() {
        return new Availability.Available(
                List.of(new Availability.Device("cpu", describe(defaultThreads()))), kernels.hints());
    }

    @Override
    public LoadedModel load(Checkpoint checkpoint, LoadOptions options, LoadProgress progress) {
        OlmoSpec spec = checkpoint.spec();
        int threads = options.threads() == 0 ? defaultThreads() : options.threads();
        MemoryNeed.Memory memory = MemoryNeed.Memory.here();
        boolean chosenHere = options.keyValueCacheBytes() == 0;
        long cacheBytes = chosenHere ? memory.defaultCache() : options.keyValueCacheBytes();
        int sequences = chosenHere ? Math.min(DEFAULT_CACHE_SEQUENCES, options.maxStepRows()) : options.maxStepRows();
        CacheLayout layout = KeyValueCache.layout(spec, cacheBytes, sequences, options.maxStepTokens());
        if (layout.groups().stream().anyMatch(group -> group.blockCount() == 0)) {
            throw new BackendUnavailableException(
                    "A KV cache of " + cacheBytes + " bytes does not hold one block of tokens for " + spec.family()
                            + " with " + spec.layerCount() + " layers",
                    "Give the cache more memory, or choose a smaller model");
        }
        boolean mapped = checkpoint.tensor(TensorRole.TOKEN_EMBEDDING).data().isMapped();
        MemoryNeed need = new MemoryNeed(
                KeyValueCache.bytes(layout),
                mapped ? 0 : checkpoint.weightBytes(),
                mapped ? checkpoint.weightBytes() : 0,
                memory);
        if (!chosenHere) {
            // Nobody asked for the size that was chosen here: it is a reason to warn, not to refuse the model.
            need.requireRoom();
        }
        need.warning().ifPresent(LOG::warn);
        LoadOptions chosen =
                new LoadOptions(threads, cacheBytes, options.maxStepTokens(), options.maxStepRows(), List.of("cpu"));
        String description = describe(threads) + ", weights " + checkpoint.storedType()
                + (mapped ? " mapped" : " copied off-heap")
                + ", KV cache F32";
        LOG.info("CPU backend: {}", description);
        kernels.hints().forEach(hint -> LOG.warn("{}", hint));
        // Mapped files need no loading.
        progress.loaded(checkpoint.weightBytes(), checkpoint.weightBytes());
        Numerics numerics = new Numerics(
                name(), checkpoint.storedType().name().toLowerCase(Locale.ROOT), "f32", "cpu-" + Contract.VERSION);
        return new CpuModel(checkpoint, chosen, layout, new CpuModel.Identity(description, numerics), device);
    }

    private String describe(int threads) {
        return "cpu, " + kernels.description() + ", " + threads + (threads == 1 ? " thread" : " threads")
                + (threads == defaultThreads() ? " (one for each processor)" : " (as configured)");
    }

    private static int defaultThreads() {
        return Runtime.getRuntime().availableProcessors();
    }
}
