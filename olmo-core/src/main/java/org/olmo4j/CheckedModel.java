package org.olmo4j;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.olmo4j.backend.BackendProvider;
import org.olmo4j.backend.Backends;
import org.olmo4j.backend.LoadProgress;
import org.olmo4j.backend.LoadedModel;
import org.olmo4j.checkpoint.Checkpoint;
import org.olmo4j.energy.carbon.Footprint;
import org.olmo4j.engine.Deadlines;
import org.olmo4j.engine.DefaultSampling;
import org.olmo4j.engine.Engine;
import org.olmo4j.engine.EngineBuilder;
import org.olmo4j.error.ModelFormatException;
import org.olmo4j.error.OlmoException;
import org.olmo4j.hub.ModelSource;
import org.olmo4j.sampling.SamplingOptions;
import org.olmo4j.spec.OlmoSpec;
import org.olmo4j.text.ChatTemplate;
import org.olmo4j.text.Tokenizer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A model of which all is checked that can be checked quickly: its files are there and well-formed, tokenizer and chat template work, and a
 * backend is available. What takes long is left to {@link #load}. It may be loaded in another thread than it was checked in.
 */
public final class CheckedModel implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(CheckedModel.class);
    private static final String TOKENIZER_FILE = "tokenizer.json";

    private final Olmo.Builder options;
    private final OpenResources resources;
    private final Checkpoint checkpoint;
    private final Engine.@Nullable ModelText text;
    private final List<Backends.Candidate> backends;
    private boolean loaded;

    private CheckedModel(Olmo.Builder options, OpenResources resources) {
        this.options = options;
        this.resources = resources;
        ModelSource source = ModelSource.of(options.location);
        this.checkpoint = resources.add(
                options.contentHashFolder == null
                        ? Checkpoint.open(source)
                        : Checkpoint.open(source, options.contentHashFolder));
        this.text = tokenizer(source)
                .map(resources::add)
                .map(found -> new Engine.ModelText(
                        found, ChatTemplate.load(source, checkpoint.spec().family(), found)))
                .orElse(null);
        this.backends = options.backends.candidates(options.backendOrder);
        options.backends.available(options.backendOrder, backends);
    }

    /** What was opened is closed again if the check fails half-way. */
    static CheckedModel of(Olmo.Builder options) {
        OpenResources resources = new OpenResources();
        try {
            return new CheckedModel(options, resources);
        } catch (RuntimeException | Error failure) {
            try (resources) {
                throw failure;
            }
        }
    }

    /**
     * What the model computes.
     *
     * @return its spec
     */
    public OlmoSpec spec() {
        return checkpoint.spec();
    }

    /**
     * Tokenizer and template.
     *
     * @return null for a model without a tokenizer
     */
    public Engine.@Nullable ModelText text() {
        return text;
    }

    /**
     * How tokens are drawn when a request leaves it open.
     *
     * @return from generation_config.json where it samples, else greedy
     */
    public SamplingOptions defaultSampling() {
        return DefaultSampling.of(checkpoint.generationDefaults());
    }

    /**
     * The size of its weights.
     *
     * @return bytes of the checkpoint's tensors
     */
    public long weightBytes() {
        return checkpoint.weightBytes();
    }

    /**
     * The backends that may run it.
     *
     * @return in the order in which they are to be tried, at least one of them available
     */
    public List<Backends.Candidate> backends() {
        return backends;
    }

    /**
     * How long requests may take that leave it open.
     *
     * @return the engine's deadlines
     */
    public Deadlines deadlines() {
        return options.engineOptions.deadlines();
    }

    /**
     * The footprint of a generation that ended without its last engine asking for it, since it was waiting for another attempt; to be asked for once.
     *
     * @param generationId which
     * @param generatedTokens 0 or more
     * @return completes never exceptionally, within seconds; with null where nobody accounts
     */
    public CompletionStage<@Nullable Footprint> footprint(String generationId, long generatedTokens) {
        return options.footprints == null
                ? CompletableFuture.completedStage(null)
                : options.footprints.ended(generationId, generatedTokens).thenApply(footprint -> footprint);
    }

    /**
     * Loads the model on the first available backend, once. What was opened is closed if it fails.
     *
     * @param progress told how far it has come, from any thread
     * @return the model; close it after use, instead of this
     * @throws OlmoException of the kind of what is wrong
     * @throws IllegalStateException if it was loaded or closed already
     */
    public synchronized Olmo load(LoadProgress progress) {
        if (loaded) {
            throw new IllegalStateException("The model of " + options.location + " was loaded or closed already");
        }
        loaded = true;
        try {
            return start(firstAvailable(), progress, resources);
        } catch (RuntimeException | Error failure) {
            try (resources) {
                throw failure;
            }
        }
    }

    /**
     * Loads the model on one of its backends. This stays open meanwhile, so that the same files may be loaded on another one, before, after or at the
     * same time.
     *
     * @param backend name of an available one of {@link #backends()}
     * @param progress told how far it has come, from any thread
     * @return the model; close it after use, and before this
     * @throws OlmoException of the kind of what is wrong
     * @throws IllegalArgumentException if there is no such backend, or it is not available
     * @throws IllegalStateException if it was loaded for good or closed already
     */
    public Olmo loadOn(String backend, LoadProgress progress) {
        synchronized (this) {
            if (loaded) {
                throw new IllegalStateException("The model of " + options.location + " was loaded or closed already");
            }
        }
        BackendProvider provider = backends.stream()
                .filter(candidate -> candidate.name().equals(backend))
                .flatMap(candidate -> candidate.provider().stream())
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("No backend '" + backend + "' is available"));
        OpenResources own = new OpenResources();
        try {
            return start(provider, progress, own);
        } catch (RuntimeException | Error failure) {
            try (own) {
                throw failure;
            }
        }
    }

    private BackendProvider firstAvailable() {
        return backends.stream()
                .flatMap(candidate -> candidate.provider().stream())
                .findFirst()
                .orElseThrow();
    }

    private Olmo start(BackendProvider backend, LoadProgress progress, OpenResources into) {
        LoadedModel model = into.add(backend.load(checkpoint, options.loadOptions, progress));
        EngineBuilder engine = Engine.builder(model)
                .text(text)
                .defaults(checkpoint.generationDefaults())
                .options(options.engineOptions)
                .listeners(options.listeners)
                // Only now, so that hashing does not slow down the loading.
                .checkpoint(checkpoint.fingerprint(), checkpoint.contentHash());
        if (options.footprints != null) {
            engine.footprints(options.footprints, TokenWeights.bytes(checkpoint, options.loadOptions.weights()));
        }
        return new Olmo(into, into.add(engine.start()), model.description(), options.maxTokens);
    }

    /** Closes what was opened, unless it was loaded. */
    @Override
    public synchronized void close() {
        if (!loaded) {
            loaded = true;
            resources.close();
        }
    }

    private static Optional<Tokenizer> tokenizer(ModelSource source) {
        if (has(source, TOKENIZER_FILE)) {
            return Optional.of(Tokenizer.load(source));
        }
        LOG.info(
                "{} has no {}: prompts must be token ids, and answers have no text", source.location(), TOKENIZER_FILE);
        return Optional.empty();
    }

    private static boolean has(ModelSource source, String fileName) {
        try (@Nullable InputStream file = source.open(fileName).orElse(null)) {
            return file != null;
        } catch (IOException failure) {
            throw new ModelFormatException(
                    source.location() + "/" + fileName + " cannot be read: " + failure.getMessage(),
                    "Check the file's permissions",
                    failure);
        }
    }
}
