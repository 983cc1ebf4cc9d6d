package org.olmo4j.backend.cpu;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import org.olmo4j.backend.Availability;
import org.olmo4j.backend.BackendProvider;
import org.olmo4j.backend.CacheLayout;
import org.olmo4j.backend.LoadOptions;
import org.olmo4j.backend.LoadProgress;
import org.olmo4j.backend.LoadedModel;
import org.olmo4j.backend.Numerics;
import org.olmo4j.backend.WeightType;
import org.olmo4j.backend.cpu.kernel.Contract;
import org.olmo4j.backend.cpu.kernel.KernelChoice;
import org.olmo4j.backend.plan.CacheGroups;
import org.olmo4j.backend.plan.WeightPlan;
import org.olmo4j.checkpoint.Checkpoint;
import org.olmo4j.checkpoint.Tensor;
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
        CacheLayout layout =
                KeyValueCache.layout(spec, options.keyValues(), cacheBytes, sequences, options.maxStepTokens());
        if (layout.groups().stream().anyMatch(group -> group.blockCount() == 0)) {
            throw new BackendUnavailableException(
                    "A KV cache of " + cacheBytes + " bytes does not hold one block of tokens for " + spec.family()
                            + " with " + spec.layerCount() + " layers",
                    "Give the cache more memory, or choose a smaller model");
        }
        WeightPlan plan = WeightPlan.of(options);
        MemoryNeed need = need(plan.entries(checkpoint), options, layout, memory);
        need.requireRoomForWeights(() -> fitting(checkpoint, options, layout, memory));
        if (!chosenHere) {
            // Nobody asked for the size that was chosen here: it is a reason to warn, not to refuse the model.
            need.requireRoom();
        }
        need.warning().ifPresent(LOG::warn);
        LoadOptions chosen = options.mutate()
                .threads(threads)
                .keyValueCacheBytes(cacheBytes)
                .devices(List.of("cpu"))
                .embeddingWeights(plan.embedding())
                .build();
        String description =
                describe(threads) + ", " + describe(plan, checkpoint) + ", KV cache " + options.keyValues();
        LOG.info("CPU backend: {}", description);
        kernels.hints().forEach(hint -> LOG.warn("{}", hint));
        Numerics numerics = new Numerics(
                name(),
                plan.name(checkpoint),
                options.keyValues().name().toLowerCase(Locale.ROOT),
                "cpu-" + Contract.VERSION);
        return new CpuModel(checkpoint, chosen, layout, new CpuModel.Identity(description, numerics), device, progress);
    }

    /** The widest type of weights that fits. What is stored in mapped files always does. */
    private static Optional<String> fitting(
            Checkpoint checkpoint, LoadOptions options, CacheLayout layout, MemoryNeed.Memory memory) {
        return Stream.of(WeightType.STORED, WeightType.BF16, WeightType.INT8, WeightType.INT4)
                .filter(type -> need(
                                WeightPlan.of(options.mutate().weights(type).build())
                                        .entries(checkpoint),
                                options,
                                layout,
                                memory)
                        .weightsFit())
                .findFirst()
                .map(type -> "olmo.weights=" + type.name().toLowerCase(Locale.ROOT) + " (LoadOptions.weights)");
    }

    private static MemoryNeed need(
            List<WeightPlan.Entry> entries, LoadOptions options, CacheLayout layout, MemoryNeed.Memory memory) {
        long copied = 0;
        long mapped = 0;
        for (WeightPlan.Entry entry : entries) {
            long stored = entry.tensor().data().byteSize();
            if (!entry.tensor().data().isMapped()) {
                // The checkpoint keeps its copy, whatever becomes of it here.
                copied += stored;
            } else if (!entry.converted()) {
                mapped += stored;
            }
            if (entry.converted() && options.weightCache().isPresent()) {
                mapped += WeightLoader.bytes(entry);
            } else if (entry.converted()) {
                copied += WeightLoader.bytes(entry);
            }
        }
        return new MemoryNeed(CacheGroups.bytes(layout), copied, mapped, memory);
    }

    private static String describe(WeightPlan plan, Checkpoint checkpoint) {
        List<WeightPlan.Entry> entries = plan.entries(checkpoint);
        Tensor embedding = checkpoint.tensor(TensorRole.TOKEN_EMBEDDING);
        if (entries.stream().noneMatch(WeightPlan.Entry::converted)) {
            return "weights " + checkpoint.storedType()
                    + (embedding.data().isMapped() ? " mapped" : " copied off-heap");
        }
        String[] names = plan.name(checkpoint).toUpperCase(Locale.ROOT).split("/");
        return "weights " + names[0] + " converted from " + checkpoint.storedType()
                + (names.length == 1 ? "" : ", embedding and output head " + names[1]);
    }

    private String describe(int threads) {
        return "cpu, " + kernels.description() + ", " + threads + (threads == 1 ? " thread" : " threads")
                + (threads == defaultThreads() ? " (one for each processor)" : " (as configured)");
    }

    private static int defaultThreads() {
        return Runtime.getRuntime().availableProcessors();
    }
}
