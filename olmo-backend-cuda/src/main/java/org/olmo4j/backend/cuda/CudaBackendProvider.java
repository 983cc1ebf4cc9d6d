package org.olmo4j.backend.cuda;

import java.lang.foreign.SymbolLookup;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.olmo4j.backend.Availability;
import org.olmo4j.backend.BackendProvider;
import org.olmo4j.backend.CacheLayout;
import org.olmo4j.backend.LoadOptions;
import org.olmo4j.backend.LoadProgress;
import org.olmo4j.backend.LoadedModel;
import org.olmo4j.backend.Numerics;
import org.olmo4j.backend.WeightType;
import org.olmo4j.backend.cuda.driver.CudaDriver;
import org.olmo4j.backend.cuda.driver.CudaError;
import org.olmo4j.backend.cuda.driver.CudaException;
import org.olmo4j.backend.cuda.kernel.Kernels;
import org.olmo4j.backend.plan.CacheGroups;
import org.olmo4j.backend.plan.WeightPlan;
import org.olmo4j.checkpoint.Checkpoint;
import org.olmo4j.error.BackendUnavailableException;
import org.olmo4j.error.InsufficientMemoryException;
import org.olmo4j.spec.OlmoSpec;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs models on NVIDIA GPUs of compute capability 7.5 or later, with nothing but the driver. Thread-safe. */
public final class CudaBackendProvider implements BackendProvider {

    private static final Logger LOG = LoggerFactory.getLogger(CudaBackendProvider.class);

    /** What the driver itself needs for kernels, stacks and streams, and what fragmentation may cost. */
    private static final long RESERVE_BYTES = 512L << 20;

    /** Sequences of full length for which the default cache has room, memory allowing. */
    private static final int DEFAULT_CACHE_SEQUENCES = 64;

    private final Supplier<Optional<SymbolLookup>> library;
    private @Nullable CudaSystem system;

    /** For the ServiceLoader: the driver of this machine, which is looked for when it is first asked for. */
    public CudaBackendProvider() {
        this(CudaDriver::library);
    }

    /**
     * With a driver of one's own choice, as tests use one.
     *
     * @param library finds its functions; empty if there is no driver
     */
    public CudaBackendProvider(Supplier<Optional<SymbolLookup>> library) {
        this.library = library;
    }

    private synchronized CudaSystem system() {
        CudaSystem found = system;
        if (found == null) {
            found = CudaSystem.find(library);
            system = found;
        }
        return found;
    }

    @Override
    public String name() {
        return "cuda";
    }

    @Override
    public int priority() {
        return 100;
    }

    @Override
    public Availability availability() {
        CudaSystem found = system();
        Optional<CudaException> failure = found.driver().flatMap(CudaDriver::stickyFailure);
        if (failure.isPresent()) {
            return new Availability.Unavailable(
                    List.of(failure.get().getMessage() + ". " + failure.get().hint()));
        }
        if (found.devices().isEmpty()) {
            return new Availability.Unavailable(found.reasons());
        }
        return new Availability.Available(
                found.devices().stream()
                        .map(device -> new Availability.Device(
                                device.description().uuid(),
                                device.description().toString()))
                        .toList(),
                found.reasons());
    }

    @Override
    public LoadedModel load(Checkpoint checkpoint, LoadOptions options, LoadProgress progress) {
        OlmoSpec spec = checkpoint.spec();
        if (spec.headSize() > Kernels.LARGEST_HEAD) {
            throw new BackendUnavailableException(
                    "The CUDA kernels have attention heads of up to " + Kernels.LARGEST_HEAD
                            + " elements; this model's have " + spec.headSize(),
                    "Use olmo.backend=cpu");
        }
        CudaDevice device = device(options);
        try {
            device.retain();
            boolean loaded = false;
            try {
                LoadedModel model = load(checkpoint, options, device, progress);
                loaded = true;
                return model;
            } finally {
                if (!loaded) {
                    device.release();
                }
            }
        } catch (CudaException e) {
            if (e.error().filter(CudaError.OUT_OF_MEMORY::equals).isPresent()) {
                throw new InsufficientMemoryException(
                        device.description() + " had no memory for the model (" + e.getMessage() + ")", e.hint(), e);
            }
            throw e.asDeviceFailure();
        }
    }

    private CudaDevice device(LoadOptions options) {
        CudaSystem found = system();
        if (availability() instanceof Availability.Unavailable(List<String> reasons)) {
            throw new BackendUnavailableException(
                    "No GPU can be used (" + String.join("; ", reasons) + ")",
                    "Use olmo.backend=cpu, or mend the driver");
        }
        if (options.devices().isEmpty()) {
            return found.devices().getFirst();
        }
        if (options.devices().size() > 1) {
            throw new BackendUnavailableException(
                    "A model runs on one GPU; asked for " + options.devices(), "Name one of them");
        }
        String id = options.devices().getFirst();
        return found.devices().stream()
                .filter(device -> device.isCalled(id))
                .findFirst()
                .orElseThrow(() -> new BackendUnavailableException(
                        "There is no usable GPU " + id,
                        "Use a number or a UUID of: "
                                + found.devices().stream()
                                        .map(CudaDevice::description)
                                        .toList()));
    }

    private LoadedModel load(Checkpoint checkpoint, LoadOptions options, CudaDevice device, LoadProgress progress) {
        OlmoSpec spec = checkpoint.spec();
        WeightPlan plan = WeightPlan.of(options);
        long free = device.context().call(() -> device.context().freeMemoryBytes());
        long room = free - RESERVE_BYTES - fixedBytes(checkpoint, plan, options);
        boolean chosenHere = options.keyValueCacheBytes() == 0;
        long cacheBytes = chosenHere ? Math.max(0, room) : options.keyValueCacheBytes();
        int sequences = chosenHere ? Math.min(DEFAULT_CACHE_SEQUENCES, options.maxStepRows()) : options.maxStepRows();
        CacheLayout layout = new CacheGroups(spec)
                .divide(
                        BlockCache.layerBlock(spec, options.keyValues()),
                        cacheBytes,
                        sequences,
                        options.maxStepTokens());
        boolean holdsNothing = layout.groups().stream().anyMatch(group -> group.blockCount() == 0);
        if (CacheGroups.bytes(layout) > room || holdsNothing) {
            throw tooSmall(checkpoint, options, device, free, cacheBytes);
        }
        LoadOptions chosen = options.mutate()
                .keyValueCacheBytes(CacheGroups.bytes(layout))
                .devices(List.of(device.description().uuid()))
                .embeddingWeights(plan.embedding())
                .build();
        String types = plan.name(checkpoint);
        String keyValues = options.keyValues().name().toLowerCase(Locale.ROOT);
        String description = "cuda, " + device.description() + ", kernels for compute capability "
                + device.ptx().capability() + ", exact precision, weights " + types.toUpperCase(Locale.ROOT)
                + ", KV cache " + options.keyValues();
        LOG.info("CUDA backend: {}", description);
        Numerics numerics = new Numerics(name(), types, keyValues, "cuda-exact-1");
        return new CudaModel(
                checkpoint, chosen, layout, new CudaModel.Identity(description, numerics), device, progress);
    }

    /** What a model takes on a GPU beside its cache. */
    private static long fixedBytes(Checkpoint checkpoint, WeightPlan plan, LoadOptions options) {
        OlmoSpec spec = checkpoint.spec();
        return WeightUpload.bytes(checkpoint, plan)
                + Workspace.bytes(spec, options)
                + AngleTables.bytes(spec)
                + StepInputs.bytes(spec, options, new CacheGroups(spec).count());
    }

    private static InsufficientMemoryException tooSmall(
            Checkpoint checkpoint, LoadOptions options, CudaDevice device, long free, long cacheBytes) {
        WeightPlan plan = WeightPlan.of(options);
        Optional<WeightType> fitting = Stream.of(WeightType.BF16, WeightType.INT8, WeightType.INT4)
                .filter(type -> RESERVE_BYTES
                                + fixedBytes(
                                        checkpoint,
                                        WeightPlan.of(
                                                options.mutate().weights(type).build()),
                                        options)
                                + options.keyValueCacheBytes()
                        < free)
                .findFirst();
        return new InsufficientMemoryException(
                device.description() + " has " + free + " bytes free; the model needs "
                        + WeightUpload.bytes(checkpoint, plan) + " for weights as " + plan.name(checkpoint) + ", "
                        + (fixedBytes(checkpoint, plan, options) - WeightUpload.bytes(checkpoint, plan) + RESERVE_BYTES)
                        + " to work with, and a KV cache, for which "
                        + (options.keyValueCacheBytes() == 0 ? "nothing is left" : cacheBytes + " were asked"),
                fitting.map(type -> "Set olmo.weights=" + type.name().toLowerCase(Locale.ROOT)
                                + " (LoadOptions.weights), which would fit")
                        .orElse("Use a GPU with more memory, or olmo.backend=cpu"));
    }
}
