package org.olmo4j;

import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.olmo4j.backend.BackendProvider;
import org.olmo4j.backend.LoadProgress;
import org.olmo4j.backend.LoadedModel;
import org.olmo4j.checkpoint.Checkpoint;
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
    private final BackendProvider backend;
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
        this.backend = options.backends.select(options.backendOrder);
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
     * The backend that will run it.
     *
     * @return its short name, such as {@code cpu}
     */
    public String backend() {
        return backend.name();
    }

    /**
     * Loads the model, once. What was opened is closed if it fails.
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
            LoadedModel model = resources.add(backend.load(checkpoint, options.loadOptions, progress));
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
            return new Olmo(resources, resources.add(engine.start()), model.description(), options.maxTokens);
        } catch (RuntimeException | Error failure) {
            try (resources) {
                throw failure;
            }
        }
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
